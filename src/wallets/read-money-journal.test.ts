import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { batchEntry, type MoneyEntry, openMoneyJournal, planEntry } from './money-journal.ts'
import { readMoneyJournal, readOpenPayments } from './read-money-journal.ts'

const funder = `0x${'f'.repeat(40)}` as const
const hashOf = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, '0')}`
const totals = { payments: 3, satisfied: 0, transactions: 3, valueWei: 3n, maxFeesWei: 1n }
const plan = planEntry(totals, { chainId: 1480, funder, amountWei: 1n })
const sent = (batch: number, hash: number) => ({ type: 'sent' as const, batch, hash: hashOf(hash) })
const paid = (batch: number, hash: number) => ({
  ...sent(batch, hash),
  type: 'paid' as const,
  blockNumber: 7,
  valueWei: '1',
  feesWei: '1',
})

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-journal-'))
  path = join(folder, 'journal.ndjson')
})
afterEach(() => rm(folder, { recursive: true }))

async function write(...entries: Parameters<Awaited<ReturnType<typeof openMoneyJournal>>['append']>[0][]) {
  const journal = await openMoneyJournal(path)
  for (const entry of entries) await journal.append(entry)
  await journal.close()
}

async function read(): Promise<MoneyEntry[]> {
  const entries: MoneyEntry[] = []
  for await (const entry of readMoneyJournal(path)) entries.push(entry)
  return entries
}

describe('a money journal', () => {
  it('is read as it was written, whatever the length of its lines', async () => {
    const payments = Array.from({ length: 20_000 }, (_, index) => ({ index, address: funder, amountWei: 1n }))
    const long = batchEntry(0, { payments, valueWei: 20_000n, gas: 1n })
    await write(plan, long, sent(0, 1), paid(0, 1))
    const at = expect.any(String)
    expect(await read()).toEqual([
      { ...plan, batches: [], at },
      { ...long, at },
      { ...sent(0, 1), at },
      { ...paid(0, 1), at },
    ])
  })

  it('has no lines before it is there, and loses but the one that a crash has cut short', async () => {
    expect(await read()).toEqual([])
    await write(plan, sent(0, 1))
    await appendFile(path, '\n{"type":"paid","batch":0,"ha')
    await write(sent(1, 2))
    expect((await read()).map(({ type }) => type)).toEqual(['plan', 'sent', 'sent'])
    expect(await readOpenPayments(path)).toEqual([hashOf(1), hashOf(2)])
  })

  it('lists the payments without a known end: none from before the last plan, which waited for them', async () => {
    await write(plan, sent(0, 1), sent(1, 2), paid(0, 1))
    expect(await readOpenPayments(path)).toEqual([hashOf(2)])
    await write(plan, sent(0, 3), sent(1, 4), paid(1, 4))
    expect(await readOpenPayments(path)).toEqual([hashOf(3)])
  })

  it('is read in the form of earlier versions, a plan with its batches in one line', async () => {
    const { payments: _, ...facts } = plan as Record<string, unknown>
    const old = { ...facts, at: '2026-01-01T00:00:00.000Z', batches: [[[0, '1']], [[1, '2']]] }
    await appendFile(path, `\n${JSON.stringify(old)}`)
    expect(await read()).toEqual([{ ...old, payments: 0 }])
  })

  it('that is no file is an error', async () => {
    path = folder
    await expect(read()).rejects.toMatchObject({ code: 'RESULTS_UNWRITABLE' })
  })
})
