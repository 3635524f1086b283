import { readFileSync } from 'node:fs'

/**
 * Returns the version of the Vana SDK in this package. The SDK is bundled at an exact version.
 *
 * @example sdkVersion() // '0.1.0-alpha.47bbd13'
 */
export function sdkVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { devDependencies } = JSON.parse(text) as { devDependencies: Record<string, string> }
  return devDependencies['@opendatalabs/vana-sdk'] ?? 'unknown'
}
