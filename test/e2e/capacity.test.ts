import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { capacitySchema } from '../../src/results/capacity-schema.ts'
import { summarySchema } from '../../src/results/summary-schema.ts'
import { startProgram } from './program.fixture.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-capacity-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const quick = ['--inference-median', '100ms', '--block-time', '1s']
const flags = ['run', '--find-capacity', '--capacity-step', '10s', ...quick]

function searchIn(results: string) {
  const [search = ''] = readdirSync(join(folder, results))
  const path = join(folder, results, search)
  const capacity = capacitySchema.parse(JSON.parse(readFileSync(join(path, 'capacity.json'), 'utf8')))
  return { path, capacity }
}

it.concurrent('a search for the capacity makes a run for each step on one testbed, and accounts for all of their money', async () => {
  const limits = ['--capacity-start', '1', '--capacity-max', '1', '--threshold', 'success >= 50%']
  const { code, stdout, stderr } = await startProgram(
    [...flags, ...limits, '--out', 'found', '--json'],
    folder,
  ).ended
  const { path, capacity } = searchIn('found')
  expect(capacitySchema.parse(JSON.parse(stdout))).toEqual(capacity)
  expect(stderr.match(/starting the embedded stack/g)).toHaveLength(1)
  expect(capacity.steps.map(({ purpose }) => purpose)).toEqual(['step', 'confirm', 'confirm'])
  for (const { runId, users } of capacity.steps) {
    const summary = summarySchema.parse(JSON.parse(readFileSync(join(path, runId, 'summary.json'), 'utf8')))
    expect(summary.problems).toEqual([])
    expect(users.planned).toBe(10)
    expect(readdirSync(join(path, runId))).toContain('report.html')
  }
  const { fundedWei, spentWei, sweptWei, leftWei } = capacity.money
  expect(fundedWei).toBe('3000000000000000000')
  expect(BigInt(spentWei ?? 0) + BigInt(sweptWei ?? 0) + BigInt(leftWei ?? 0)).toBe(BigInt(fundedWei ?? -1))
  expect(capacity.problems).toEqual([])
  expect(readdirSync(path)).toEqual(expect.arrayContaining(['capacity.json', 'capacity.md', 'capacity.html']))
  expect(code).toBe(capacity.exitCode)
}, 240_000)

it.concurrent('an interrupted search ends its step, writes what it knows, and exits with 130', async () => {
  const program = startProgram([...flags, '--capacity-start', '2', '--out', 'stopped', '--verbose'], folder)
  await program.says(/flow 1 +submit/)
  program.child.kill('SIGINT')
  const { code } = await program.ended
  const { capacity } = searchIn('stopped')
  expect(capacity.search.stopped?.reason).toBe('interrupted')
  expect(capacity.steps).toEqual([])
  expect(code).toBe(130)
}, 120_000)
