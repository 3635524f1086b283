import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRun } from '../../src/results/read-run.ts'
import { startRun, summaryOf } from '../e2e/run.fixture.ts'
import { type Cell, cells, nameOf, ratePerSecond, usersOfCell } from './cells.fixture.ts'
import { formatTable, type TableRow } from './table.fixture.ts'
import { pick, weatherSeed } from './weather.fixture.ts'

let folder: string
const rows: TableRow[] = []
const picked = pick(cells, nameOf)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-weather-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  process.stdout.write(
    `${picked.length} of ${cells.length} cells, seed '${weatherSeed}'\n${formatTable(rows)}\n`,
  )
})

/** What the users paid for their transactions, by the records of their flows. */
async function paidByFlows(
  name: string,
): Promise<{ indexes: number[]; outcomes: string[]; feesWei: bigint }> {
  const [run = ''] = readdirSync(join(folder, name))
  const { flows } = await readRun(join(folder, name, run))
  const read = { indexes: [] as number[], outcomes: [] as string[], feesWei: 0n }
  for await (const { index, outcome, tx } of flows()) {
    read.indexes.push(index)
    read.outcomes.push(outcome)
    if (tx?.gasUsed && tx.gasPriceWei) read.feesWei += BigInt(tx.gasUsed) * BigInt(tx.gasPriceWei)
  }
  return read
}

async function check(cell: Cell): Promise<void> {
  const { place, fault, submission, atLeast } = cell
  const name = nameOf(cell).replaceAll(/[^a-z0-9]+/g, '-')
  const row: TableRow = { cell, succeeded: null, seconds: 0, code: null, errors: '', problems: '' }
  rows.push(row)
  const startedMs = performance.now()
  const flags = ['--users', `${usersOfCell}`, '--rate', `${ratePerSecond}`, '--submission', submission]
  const quick = ['--block-time', '500ms', '--inference-median', '300ms']
  const run = startRun(folder, name, ...flags, ...quick, '--fault', `${place}:${fault}`)
  let ended: Awaited<ReturnType<typeof summaryOf>>
  try {
    ended = await summaryOf(run)
  } catch (error) {
    row.problems = String(error).slice(0, 400)
    throw error
  } finally {
    row.seconds = Math.round((performance.now() - startedMs) / 1000)
  }
  const { summary, code } = ended
  const { users, money, problems, errors } = summary
  Object.assign(row, {
    succeeded: users.succeeded,
    code,
    errors: errors.map(({ code, step, count }) => `${code}@${step ?? '-'} ${count}`).join(', '),
    problems: problems.map(({ code, message }) => `${code}: ${message}`).join('; '),
  } satisfies Partial<TableRow>)

  expect(problems).toEqual([])
  expect([0, 3, 4, 5]).toContain(code)
  const { succeeded, failed, timedOut, aborted, dropped, degraded } = users
  expect(succeeded + failed + timedOut + aborted + dropped + degraded).toBe(usersOfCell)
  const { indexes, outcomes, feesWei } = await paidByFlows(name)
  expect(indexes.sort((a, b) => a - b)).toEqual(Array.from({ length: usersOfCell }, (_, i) => i))
  expect(outcomes.filter((outcome) => outcome === 'succeeded')).toHaveLength(succeeded)
  // What the relayer of an embedded stack spends is nobody's to get back, and not known here.
  if (submission === 'direct') {
    const { fundedWei, spentWei, sweptWei, leftWei } = money
    const [funded, spent, swept] = [fundedWei, spentWei, sweptWei].map((wei) => BigInt(wei ?? Number.NaN))
    expect(leftWei).toBe('0')
    expect(funded).toBe((spent ?? 0n) + (swept ?? 0n))
    expect(spent).toBeGreaterThanOrEqual(feesWei)
  }
  expect(succeeded).toBeGreaterThanOrEqual(atLeast)
}

describe('users in ordinary weather', () => {
  test.concurrent.each(picked.map((cell) => ({ name: nameOf(cell), cell })))(
    '$name: each has one outcome, and every wei is accounted for',
    ({ cell }) => check(cell),
    600_000,
  )
})
