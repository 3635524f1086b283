import { type FileHandle, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'
import { type FileLockOptions, lockFile } from './file-lock.ts'
import type { FundingPlan } from './funding-plan.ts'
import type { PaidBatch } from './pay-batch.ts'
import { syncFolder } from './write-durably.ts'

const decimal = z.string().regex(/^\d+$/)
const hash = z.templateLiteral(['0x', z.string().regex(/^[0-9a-fA-F]{64}$/)])

const entrySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('plan'),
    at: z.string(),
    chainId: z.int(),
    funder: z.string(),
    amountWei: decimal,
    valueWei: decimal,
    maxFeesWei: decimal,
    /** For each transaction, each wallet's number and what it gets. */
    batches: z.array(z.array(z.tuple([z.int(), decimal]))),
  }),
  z.object({ type: z.literal('sent'), at: z.string(), batch: z.int(), hash }),
  z.object({
    type: z.literal('paid'),
    at: z.string(),
    batch: z.int(),
    hash,
    blockNumber: z.int(),
    valueWei: decimal,
    feesWei: decimal,
  }),
  z.object({ type: z.literal('failed'), at: z.string(), batch: z.int(), code: z.string() }),
  z.object({ type: z.literal('verified'), at: z.string() }),
])

/** One line of a money journal: what was meant to be paid, was sent, is in a block, or was found to be right. */
export type MoneyEntry = z.output<typeof entrySchema>

/** A line before it has its time. */
export type NewMoneyEntry = WithoutTime<MoneyEntry>

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never

/** The file that says where money went, see {@link openMoneyJournal}. */
export type MoneyJournal = {
  /** Adds a line; it is on the disk when this returns. */
  append(entry: NewMoneyEntry): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the journal of a funder's payments for more lines: newline-separated JSON, readable by its owner, each line
 * fsynced. It holds no secrets: with the mnemonic, a wallet's number is enough to find it.
 *
 * @throws LoadTestError RESULTS_UNWRITABLE
 */
export async function openMoneyJournal(path: string): Promise<MoneyJournal> {
  let file: FileHandle
  try {
    file = await open(path, 'a', 0o600)
    await syncFolder(dirname(path))
  } catch (cause) {
    throw new LoadTestError('RESULTS_UNWRITABLE', `The money journal ${path} can't be written.`, { cause })
  }
  // One line at a time, whoever writes.
  let last: Promise<void> = Promise.resolve()
  const write = async (line: string): Promise<void> => {
    // The newline in front ends what a crash may have left of an earlier line.
    await file.appendFile(`\n${line}`)
    await file.sync()
  }
  return {
    append(entry) {
      const line = JSON.stringify({ ...entry, at: new Date().toISOString() })
      last = last.catch(() => undefined).then(() => write(line))
      return last
    },
    async close() {
      await last.catch(() => undefined)
      await file.close()
    },
  }
}

/**
 * Keeps other processes of this machine from a journal until the returned function is called.
 *
 * @throws LoadTestError RESULTS_UNWRITABLE; the signal's reason
 */
export async function lockJournal(path: string, options: FileLockOptions): Promise<() => Promise<void>> {
  try {
    return await lockFile(path, options)
  } catch (cause) {
    options.signal?.throwIfAborted()
    throw new LoadTestError('RESULTS_UNWRITABLE', `The money journal ${path} can't be written.`, { cause })
  }
}

/**
 * Reads a journal, oldest line first; none if there is no file. A line that a crash has cut short is left out: it was
 * never confirmed to anyone.
 */
export async function readMoneyJournal(path: string): Promise<MoneyEntry[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []
    throw new LoadTestError('RESULTS_UNWRITABLE', `The money journal ${path} can't be read.`, { cause })
  }
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = entrySchema.safeParse(JSON.parse(line))
      return parsed.success ? [parsed.data] : []
    } catch {
      return []
    }
  })
}

/** Hashes of transactions that were sent and of which the journal does not know the end. */
export function openPayments(entries: readonly MoneyEntry[]): `0x${string}`[] {
  const open = new Map<number, `0x${string}`>()
  const hashes: `0x${string}`[] = []
  const giveUp = (): void => {
    hashes.push(...open.values())
    open.clear()
  }
  for (const entry of entries) {
    // Batches are numbered anew with each plan.
    if (entry.type === 'plan') giveUp()
    else if (entry.type === 'sent') open.set(entry.batch, entry.hash)
    else if (entry.type === 'paid') open.delete(entry.batch)
  }
  giveUp()
  return hashes
}

/** Writes a plan as a journal has it. */
export function planEntry(
  plan: FundingPlan,
  { chainId, funder, amountWei }: { chainId: number; funder: string; amountWei: bigint },
): NewMoneyEntry {
  return {
    type: 'plan',
    chainId,
    funder,
    amountWei: String(amountWei),
    valueWei: String(plan.valueWei),
    maxFeesWei: String(plan.maxFeesWei),
    batches: plan.batches.map(({ payments }) =>
      payments.map((payment) => [payment.index, String(payment.amountWei)]),
    ),
  }
}

/** Writes what became of a plan's payment as a journal has it. */
export function paidEntry(batch: number, { hash, blockNumber, valueWei, feesWei }: PaidBatch): NewMoneyEntry {
  return {
    type: 'paid',
    batch,
    hash,
    blockNumber,
    valueWei: String(valueWei),
    feesWei: String(feesWei),
  }
}
