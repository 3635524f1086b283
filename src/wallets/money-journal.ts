import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { LaneLedger } from '../chain/lanes/lane-ledger.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { type FileLockOptions, lockFile } from '../files/file-lock.ts'
import { syncFolder } from '../files/write-durably.ts'
import type { FundingBatch, FundingTotals } from './funding-batch.ts'
import type { FundingPlan } from './funding-plan.ts'
import type { PaidBatch } from './pay-batch.ts'

const decimal = z.string().regex(/^\d+$/)
const hash = z.templateLiteral(['0x', z.string().regex(/^[0-9a-fA-F]{64}$/)])

/** Each wallet's number and what it gets. */
const payments = z.array(z.tuple([z.int(), decimal]))

/** @internal The shape of a journal's line. */
export const moneyEntrySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('plan'),
    at: z.string(),
    chainId: z.int(),
    funder: z.string(),
    amountWei: decimal,
    valueWei: decimal,
    maxFeesWei: decimal,
    /** How many wallets are paid; 0 in journals from before it was noted. */
    payments: z.int().default(0),
    /** What each transaction pays, if that is not said in lines of their own. */
    batches: z.array(payments).default([]),
  }),
  z.object({ type: z.literal('batch'), at: z.string(), batch: z.int(), payments }),
  /** Written before it is sent, one for each hash under which it may be mined. */
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
export type MoneyEntry = z.output<typeof moneyEntrySchema>

/** A line before it has its time. */
export type NewMoneyEntry = WithoutTime<z.input<typeof moneyEntrySchema>>

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never

/** The file that says where money went, see {@link openMoneyJournal}. */
export type MoneyJournal = {
  /** Adds a line; it is on the disk when this returns. @throws LoadTestError RESULTS_UNWRITABLE */
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
    throw unwritable(path, cause)
  }
  // One line at a time, however many write.
  let last: Promise<void> = Promise.resolve()
  const write = async (line: string): Promise<void> => {
    // The newline in front ends what a crash may have left of an earlier line.
    try {
      await file.appendFile(`\n${line}`)
      await file.sync()
    } catch (cause) {
      throw unwritable(path, cause)
    }
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

const unwritable = (path: string, cause: unknown): LoadTestError =>
  new LoadTestError('RESULTS_UNWRITABLE', `The money journal ${path} can't be written.`, {
    cause,
    hint: 'Choose a file in a folder that you can write to, on a disk with room, with --journal.',
  })

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
    throw unwritable(path, cause)
  }
}

/** Writes a plan as a journal has it; one without its batches is followed by a line for each, see {@link batchEntry}. */
export function planEntry(
  { payments, valueWei, maxFeesWei, batches }: FundingTotals & Partial<FundingPlan>,
  { chainId, funder, amountWei }: { chainId: number; funder: string; amountWei: bigint },
): NewMoneyEntry {
  return {
    type: 'plan',
    chainId,
    funder,
    amountWei: String(amountWei),
    payments,
    valueWei: String(valueWei),
    maxFeesWei: String(maxFeesWei),
    batches: batches?.map(paymentsOf),
  }
}

/** Writes what one transaction is to pay as a journal has it. */
export const batchEntry = (number: number, batch: FundingBatch): NewMoneyEntry => ({
  type: 'batch',
  batch: number,
  payments: paymentsOf(batch),
})

const paymentsOf = ({ payments }: FundingBatch): [number, string][] =>
  payments.map(({ index, amountWei }) => [index, String(amountWei)])

/** The ledger of one payment of a plan: its hashes, each on the disk before a node gets the transaction. */
export const sentLedger = (journal: Pick<MoneyJournal, 'append'>, batch: number): LaneLedger => ({
  enter: ({ hash }) => journal.append({ type: 'sent', batch, hash }),
})

/** Writes what became of a plan's payment as a journal has it. */
export function paidEntry(batch: number, { receipt, valueWei, feesWei }: PaidBatch): NewMoneyEntry {
  return {
    type: 'paid',
    batch,
    hash: receipt.transactionHash,
    blockNumber: receipt.blockNumber,
    valueWei: String(valueWei),
    feesWei: String(feesWei),
  }
}
