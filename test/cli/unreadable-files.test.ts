import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInProcess } from './run-in-process.ts'

const startedIn = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'unreadable-'))
beforeAll(() => process.chdir(folder))
afterAll(() => {
  process.chdir(startedIn)
  rmSync(folder, { recursive: true, force: true })
})

const paths = [
  [folder, 'it is a directory'],
  ['/dev/zero', 'it is larger than'],
] as const
const flags = ['--env', '--config', '--target', '--replay', '--baseline']
const variables = [
  'VANA_LOAD_FUNDER_PRIVATE_KEY_FILE',
  'VANA_LOAD_KEYSTORE_PASSPHRASE_FILE',
  'VANA_LOAD_MNEMONIC_FILE',
]

describe.each(paths)('a file that is none (%s)', (path, why) => {
  it.each(flags)('is refused by its name for %s', async (flag) => {
    const { exitCode, stdout, stderr } = await runInProcess(['run', '--dry-run', flag, path])
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(path)
    expect(stderr).toContain(why)
  })

  it.each(variables)('is refused by its name in %s', async (name) => {
    const { exitCode, stderr } = await runInProcess(['run', '--dry-run'], { env: { [name]: path } })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`(environment ${name}): the file ${path} can't be read: ${why}`)
  })

  it('is refused by its name for --keystore', async () => {
    const env = { VANA_LOAD_KEYSTORE_PASSPHRASE: 'x', VANA_LOAD_RPC_URL: 'http://127.0.0.1:9' }
    const args = ['wallets', 'status', '--target', 'env', '--keystore', path]
    const { exitCode, stderr } = await runInProcess(args, { env: { ...env, VANA_LOAD_CHAIN_ID: '14800' } })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`The keystore ${path} can't be read: ${why}`)
  })
})
