import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import { startProgram } from './program.fixture.ts'
import { startRun, summaryOf } from './run.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

let folder: string
let testbed: TestTestbed
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  testbed = await startTestbed(folder)
}, 120_000)
afterAll(async () => {
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('wallets that a run uses', () => {
  it('are refused to a second run and to commands, by the name of the first', {
    timeout: 120_000,
  }, async () => {
    const target = ['--target', testbed.file]
    const first = startRun(folder, 'same', ...target, '--users', '60', '--rate', '0.5')
    await first.says(/users are arriving/)
    const [runId = ''] = readdirSync(join(folder, 'same'))

    const overlapping = ['--seed', 'same', '--range', '19-25', ...target]
    const relayed = ['--submission', 'relayed', '--first-wallet', '10', '--users', '5', '--out', 'other']
    const others = [
      startProgram(['run', '--seed', 'same', ...relayed, ...target], folder),
      startProgram(['wallets', 'sweep', ...overlapping], folder),
    ]
    for (const { ended } of others) {
      const { code, stderr } = await ended
      expect(stderr).toContain('WALLETS_BUSY')
      expect(stderr).toContain(`run ${runId}, process ${first.child.pid}`)
      expect(code).toBe(3)
    }

    first.child.kill('SIGINT')
    const { summary, code } = await summaryOf(first)
    expect(summary.errors.filter((error) => error.code !== 'ABORTED')).toEqual([])
    expect(summary.problems).toEqual([])
    expect(moneyMismatch(summary.money)).toBe(0n)
    expect(code).toBe(130)
    const { code: again } = await startProgram(['wallets', 'sweep', ...overlapping], folder).ended
    expect(again).toBe(0)
  })
})
