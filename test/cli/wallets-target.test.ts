import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runParameters } from '../../src/config/parameters/run.ts'
import { walletsCommandParameters } from '../../src/config/parameters/wallets-command.ts'
import { runInProcess } from './run-in-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'wallets-target-'))
afterAll(() => rmSync(folder, { recursive: true }))

const env = { VANA_LOAD_KEYSTORE_PASSPHRASE: 'open sesame' }
const keystore = (name: string): string => join(folder, `${name}.json`)
const generate = (name: string, args: readonly string[], more: Record<string, string> = {}) =>
  runInProcess(['wallets', 'generate', '--keystore', keystore(name), '--count', '2', ...args], {
    env: { ...env, ...more },
  })

describe('the target of commands about wallets', () => {
  it('is that of a run, unless something else is said', () => {
    expect(walletsCommandParameters.target.default).toBe(runParameters.target.default)
  })

  it.each([
    ['default', [], {}, 'local (default)'],
    ['environment', [], { VANA_LOAD_TARGET: 'moksha' }, 'moksha (environment VANA_LOAD_TARGET)'],
    ['flag', ['--target', 'moksha'], { VANA_LOAD_TARGET: 'local' }, 'moksha (flag --target)'],
  ])('is named with its source: %s', async (name, args, more, said) => {
    const { exitCode, stdout, stderr } = await generate(name, args, more)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `Target: ${said}, chain 14800.\n` })
    expect(stdout).toContain(`Wallets 0-1 of chain 14800 are in ${keystore(name)}`)
  })

  it('is not named beside a JSON document', async () => {
    const { stdout, stderr } = await generate('json', ['--json'])
    expect(JSON.parse(stdout)).toMatchObject({ chainId: 14800, ranges: [{ from: 0, count: 2 }] })
    expect(stderr).toBe('')
  })

  it('is no chain of a run that has ended: nothing is sent, and the hint says what to type', async () => {
    const users = ['--keystore', keystore('unused'), '--count', '2']
    const commands = [
      ['prepare-wallets', ...users],
      ...['fund', 'status', 'sweep'].flatMap((action) => [
        ['wallets', action, ...users],
        ['wallets', action, '--lanes'],
      ]),
    ]
    for (const args of commands) {
      const { exitCode, stdout, stderr } = await runInProcess(args, { env })
      expect({ exitCode, stdout }, args.join(' ')).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toContain('The target is local (default)')
      expect(stderr).toMatch(/`vana-load testbed --json > target\.json` and give --target target\.json/)
      expect(stderr).toContain('--target moksha')
    }
    expect(existsSync(keystore('unused'))).toBe(false)
  })
})
