import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FlowRecord } from '../../src/flow/flow-record.ts'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import { auditRun } from '../../src/scripts/audit/audit-run.ts'
import { readEndedRun } from '../../src/scripts/cli/read-ended-run.ts'
import { fileOfRun, startRun, summaryOf } from './run.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

let folder: string
let testbed: TestTestbed

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  testbed = await startTestbed(folder, '--block-time', '500ms', '--fault', 'rpc:reorg=2/3s')
}, 120_000)

afterAll(async () => {
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a run on a chain that takes blocks back', () => {
  it.each(['direct', 'relayed'])(
    'claims what the chain has in the end, %s',
    async (submission) => {
      const args = ['--users', '20', '--rate', '5', '--breaker', 'off', '--submission', submission]
      const { summary } = await summaryOf(startRun(folder, submission, '--target', testbed.file, ...args))
      expect(summary.problems).toEqual([])
      const { users, finalCheck, permissions } = summary
      expect(finalCheck).toMatchObject({ incomplete: null })
      expect(finalCheck?.reorganizations).toBeGreaterThan(0)
      expect(moneyMismatch(summary.money)).toBe(0n)
      expect(users.succeeded).toBeGreaterThan(0)

      const flows: FlowRecord[] = fileOfRun(folder, submission, 'flows.ndjson')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(new Set(flows.map(({ index }) => index)).size).toBe(20)
      expect(flows).toHaveLength(20)
      const granted = flows.filter(({ tx }) => tx?.permissionId)
      expect(granted).toHaveLength(permissions.count)
      expect(summary.latencyMs.flow.count).toBe(users.succeeded)

      const audit = await auditRun(await readEndedRun(join(folder, submission), 'latest'), {
        target: testbed.target,
        sample: undefined,
        signal: AbortSignal.timeout(60_000),
      })
      expect(audit.checks.filter(({ verdict }) => verdict === 'broken')).toEqual([])
    },
    180_000,
  )
})
