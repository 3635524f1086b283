import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { expect, test } from 'vitest'
import { anvilBinary, anvilVersion } from './anvil-binary.ts'

test('the binary of this platform can be executed', () => {
  expect(() => accessSync(anvilBinary(), constants.X_OK)).not.toThrow()
})

test('its version is the one that it says itself', () => {
  const said = execFileSync(anvilBinary(), ['--version'], { encoding: 'utf8' })
  expect(said).toContain(`anvil Version: ${anvilVersion()}`)
})

test.each([
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
