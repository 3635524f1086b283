import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { expect, it } from 'vitest'
import { anvilBinary, anvilVersion } from './anvil-binary.ts'

it('finds an executable binary for this platform', () => {
  expect(() => accessSync(anvilBinary(), constants.X_OK)).not.toThrow()
})

it('returns the version that the binary reports', () => {
  const said = execFileSync(anvilBinary(), ['--version'], { encoding: 'utf8' })
  expect(said).toContain(`anvil Version: ${anvilVersion()}`)
})

it.each([
  ['freebsd', 'x64', '@foundry-rs/anvil-freebsd-amd64'],
  ['win32', 'arm64', '@foundry-rs/anvil-win32-arm64'],
  ['linux', 's390x', '@foundry-rs/anvil-linux-s390x'],
] as const)('a platform without one is named: %s on %s', (platform, architecture, packageName) => {
  expect(() => anvilBinary(platform, architecture)).toThrow(
    expect.objectContaining({
      code: 'TESTBED_START_FAILED',
      message: expect.stringContaining(packageName),
    }),
  )
})
