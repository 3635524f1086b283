import type { Hash } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import { type JsonLine, readJsonLines } from '../files/read-json-lines.ts'
import { type MoneyEntry, moneyEntrySchema } from './money-journal.ts'

/**
 * Reads a journal line by line, oldest first; there is none if there is no file. A line that a crash has cut short is
 * left out: it was never confirmed to anyone.
 *
 * @throws LoadTestError RESULTS_UNWRITABLE
 */
export async function* readMoneyJournal(path: string): AsyncGenerator<MoneyEntry> {
  for await (const { value } of linesOf(path)) {
    const parsed = moneyEntrySchema.safeParse(value)
    if (parsed.success) yield parsed.data
  }
}

/**
 * Reads from a journal the hashes of transactions that were, or were to be, sent and of which it does not know the end.
 *
 * @throws LoadTestError RESULTS_UNWRITABLE
 */
export async function readOpenPayments(path: string): Promise<Hash[]> {
  const open = new Map<number, Hash[]>()
  for await (const entry of readMoneyJournal(path)) {
    // A plan is made when everything sent before it has a known end; its batches are numbered anew.
    if (entry.type === 'plan') open.clear()
    else if (entry.type === 'sent') open.set(entry.batch, [...(open.get(entry.batch) ?? []), entry.hash])
    else if (entry.type === 'paid') open.delete(entry.batch)
  }
  return [...open.values()].flat()
}

/** Lines begin with a line end, so the last has none behind it. */
async function* linesOf(path: string): AsyncGenerator<JsonLine> {
  try {
    yield* readJsonLines(path, { unfinished: true })
  } catch (cause) {
    throw new LoadTestError('RESULTS_UNWRITABLE', `The money journal ${path} can't be read.`, { cause })
  }
}
