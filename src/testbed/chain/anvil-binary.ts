import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { LoadTestError } from '../../errors/load-test-error.ts'

/** Names of Node's processor architectures in anvil's packages. */
const packageArchitectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }

/**
 * Finds the anvil executable in the npm package of this platform.
 *
 * The meta package's launcher needs a post-install script, which `npm ci --ignore-scripts` skips. The platform package,
 * an optional dependency, is enough.
 *
 * @throws LoadTestError TESTBED_START_FAILED on a platform without one
 * @example anvilBinary() // '/.../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil'
 */
export function anvilBinary(
  platform: NodeJS.Platform = process.platform,
  architecture: NodeJS.Architecture = process.arch,
): string {
  const name = packageName(platform, architecture)
  try {
    const binary = join(packageFolder(name), 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil')
    if (existsSync(binary)) return binary
  } catch (cause) {
    throw missing(name, cause)
  }
  throw missing(name)
}

/**
 * Returns the version of the embedded chain's anvil.
 *
 * @throws LoadTestError TESTBED_START_FAILED on a platform without one
 * @example anvilVersion() // '1.7.1'
 */
export function anvilVersion(): string {
  const name = packageName(process.platform, process.arch)
  try {
    const { version } = JSON.parse(readFileSync(join(packageFolder(name), 'package.json'), 'utf8'))
    return String(version)
  } catch (cause) {
    throw missing(name, cause)
  }
}

const packageName = (platform: NodeJS.Platform, architecture: NodeJS.Architecture): string =>
  `@foundry-rs/anvil-${platform}-${packageArchitectures[architecture] ?? architecture}`

function packageFolder(name: string): string {
  const metaPackage = createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')
  return dirname(createRequire(metaPackage).resolve(`${name}/package.json`))
}

function missing(packageName: string, cause?: unknown): LoadTestError {
  return new LoadTestError(
    'TESTBED_START_FAILED',
    `The embedded chain needs the npm package ${packageName}, which is not installed.`,
    {
      cause,
      hint: 'Install with optional dependencies (no --omit=optional); anvil exists for Linux and macOS on x64 and arm64, and for Windows on x64.',
    },
  )
}
