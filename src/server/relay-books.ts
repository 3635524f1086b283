import { type Address, formatEther, type Hash } from 'viem'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import { createReceiptReader } from '../chain/blocks/receipt-reader.ts'
import type { SeenBlock } from '../chain/blocks/seen-block.ts'
import type { LaneBooks } from '../chain/lanes/lane-books.ts'
import { type Receipt, readReceipt } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/** What the lanes of a relay have spent, in wei as decimal strings. */
export type RelaySpending = {
  /** What they may spend at most; `null` without a cap. */
  capWei: string | null
  /** Gas of every transaction of theirs that a block holds, by its receipt: replacements, filled gaps and failed ones too. */
  spentWei: string
  /** The most that those in no block yet can cost. */
  reservedWei: string
  /** Transactions in blocks. */
  transactions: number
  /** Transactions that are in no block yet, or whose receipt was not read yet. */
  open: number
}

/** The account book of a relay's lanes, see {@link createRelayBooks}. */
export type RelayBooks = {
  /** The part of it that a lane writes. */
  of(lane: Address): Required<LaneBooks>
  /** @throws LoadTestError SPENDING_CAP if a transaction that costs so much at most would go beyond the cap */
  requireRoom(mostWei: bigint): void
  read(): RelaySpending
  close(): void
}

type Entry = { lane: Address; nonce: number; hashes: Set<Hash>; mostWei: bigint }
type Settled = { entry: Entry; wei: bigint }

/** This part of the cap is kept for raised fees and filled gaps, without which what was sent might stay where it is. */
const repairShare = 20n
/** Blocks whose transactions are kept in mind in case they go away; as many as a block feed follows. */
const keptBlocks = 64

/**
 * Opens the account book of a relay's lanes, which also holds their cap: what transactions have cost by their receipts, and
 * the most that those under way can cost, replacements included, together never go beyond it. A nonce pays once, so of all
 * transactions that ever had it the dearest counts.
 *
 * It costs one call for each block that holds any of them.
 *
 * @example
 * const books = createRelayBooks({ rpc, feed, capWei: parseEther('1') })
 * const lane = new Lane({ rpc, feed, fees, account, books: books.of(account.address) })
 */
export function createRelayBooks(options: {
  rpc: RpcPool
  feed: BlockFeed
  /** @default none */
  capWei?: bigint | undefined
  /** Called with the receipt of each transaction in a block; again after a reorganization. */
  onReceipt?: (receipt: Receipt) => void
}): RelayBooks {
  const { rpc, feed, capWei, onReceipt } = options
  const readReceipts = createReceiptReader(rpc)
  const open = new Map<string, Entry>()
  const byHash = new Map<Hash, Entry>()
  const settledIn = new Map<Hash, Settled[]>()
  /** In a block, and the receipt still to be read. */
  const mined = new Set<Hash>()
  let spentWei = 0n
  let reservedWei = 0n
  let transactions = 0
  let reading = false
  let stopTicks: (() => void) | undefined
  let stopListening: (() => void) | undefined

  const keyOf = ({ lane, nonce }: Pick<Entry, 'lane' | 'nonce'>): string => `${lane} ${nonce}`

  function requireRoom(moreWei: bigint, limitWei: bigint): void {
    const wantedWei = spentWei + reservedWei + moreWei
    if (capWei === undefined || wantedWei <= limitWei) return
    throw new LoadTestError(
      'SPENDING_CAP',
      `With ${formatEther(moreWei)} VANA more the relayer might spend ${formatEther(wantedWei)} VANA; its cap is ` +
        `${formatEther(capWei)} VANA, of which a twentieth is kept for raised fees.`,
      { details: { capWei: String(capWei), spentWei: String(spentWei), reservedWei: String(reservedWei) } },
    )
  }
  const limitOf = (isRepair: boolean): bigint =>
    capWei === undefined ? 0n : isRepair ? capWei : capWei - capWei / repairShare

  function listen(): void {
    stopListening ??= feed.subscribe({ onBlock: () => {}, onReorg }, { idle: true })
    stopTicks ??= feed.subscribe({ onBlock: () => {}, onTick: () => void work() })
  }

  function add(entry: Entry): void {
    open.set(keyOf(entry), entry)
    reservedWei += entry.mostWei
    listen()
  }
  function remove(entry: Entry): void {
    if (open.delete(keyOf(entry))) reservedWei -= entry.mostWei
  }

  /** What those blocks held is open again. */
  function onReorg(removed: readonly SeenBlock[]): void {
    for (const { hash } of removed) {
      for (const { entry, wei } of settledIn.get(hash) ?? []) {
        spentWei -= wei
        transactions -= 1
        add(entry)
      }
      settledIn.delete(hash)
    }
  }

  function settle(receipt: Receipt): void {
    const { transactionHash, blockHash, gasUsed, effectiveGasPrice } = receipt
    mined.delete(transactionHash)
    onReceipt?.(receipt)
    const entry = byHash.get(transactionHash)
    if (entry === undefined || open.get(keyOf(entry)) !== entry) return
    remove(entry)
    const wei = gasUsed * effectiveGasPrice
    spentWei += wei
    transactions += 1
    settledIn.set(blockHash, [...(settledIn.get(blockHash) ?? []), { entry, wei }])
    for (const [oldest, held] of settledIn) {
      if (settledIn.size <= keptBlocks) break
      settledIn.delete(oldest)
      for (const { entry: old } of held) for (const hash of old.hashes) byHash.delete(hash)
    }
  }

  /** Reads the receipts of what is in a block; what can't be had yet stays for the next look. */
  async function work(): Promise<void> {
    if (reading) return
    if (open.size === 0) {
      stopTicks?.()
      stopTicks = undefined
      return
    }
    reading = true
    try {
      for (const [block, hashes] of minedByBlock()) {
        if (block === undefined) {
          for (const receipt of await Promise.all(hashes.map((hash) => readReceipt(rpc, hash)))) {
            if (receipt !== null) settle(receipt)
          }
          continue
        }
        for (const receipt of await readReceipts(block, hashes)) {
          // Meanwhile a reorganization may have taken the block away.
          if (feed.find(receipt.transactionHash)?.hash === receipt.blockHash) settle(receipt)
        }
      }
    } catch {
      // The node could not be asked; the next look does it again.
    } finally {
      reading = false
    }
  }

  /** Those in a block before the feed's memory are under `undefined`. */
  function minedByBlock(): Map<SeenBlock | undefined, Hash[]> {
    const blocks = new Map<SeenBlock | undefined, Hash[]>()
    for (const hash of mined) {
      const block = feed.find(hash)
      blocks.set(block, [...(blocks.get(block) ?? []), hash])
    }
    return blocks
  }

  return {
    requireRoom: (mostWei) => requireRoom(mostWei, limitOf(false)),
    of: (lane) => ({
      enter({ nonce, hash, mostWei, isRepair }) {
        const known = open.get(keyOf({ lane, nonce }))
        const moreWei = mostWei - (known?.mostWei ?? 0n)
        if (moreWei > 0n) requireRoom(moreWei, limitOf(isRepair))
        const entry = known ?? { lane, nonce, hashes: new Set(), mostWei: 0n }
        remove(entry)
        entry.hashes.add(hash)
        if (moreWei > 0n) entry.mostWei = mostWei
        byHash.set(hash, entry)
        add(entry)
      },
      mined(hash) {
        mined.add(hash)
        listen()
      },
      unsent(hash) {
        const entry = byHash.get(hash)
        byHash.delete(hash)
        entry?.hashes.delete(hash)
        if (entry?.hashes.size === 0) remove(entry)
      },
    }),
    read: () => ({
      capWei: capWei === undefined ? null : String(capWei),
      spentWei: String(spentWei),
      reservedWei: String(reservedWei),
      transactions,
      open: open.size,
    }),
    close() {
      stopTicks?.()
      stopListening?.()
    },
  }
}
