import { readFileSync } from 'node:fs'

/**
 * The version of the Vana SDK that this package was built with; the SDK is bundled, and its exact version pinned.
 *
 * @example sdkVersion() // '0.1.0-alpha.47bbd13'
 */
export function sdkVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { devDependencies } = JSON.parse(text) as { devDependencies: Record<string, string> }
  return devDependencies['@opendatalabs/vana-sdk'] ?? 'unknown'
}
