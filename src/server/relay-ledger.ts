import { type Address, formatEther, type Hash } from 'viem'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { SeenBlock } from '../chain/blocks/seen-block.ts'
import type { EnteredTransaction, LaneLedger } from '../chain/lanes/lane-ledger.ts'
import type { Receipt } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { RelayReceipts } from './relay-receipts.ts'

/** What the lanes of a relay have spent, in wei as decimal strings. */
export type RelaySpending = {
  /** What they may spend at most; `null` without a cap. */
  capWei: string | null
  /** Gas of every transaction in a block, by its receipt: replacements, filled gaps and failed ones too. */
  spentWei: string
  /** The most that transactions in no block yet can cost. */
  reservedWei: string
  /** Transactions in blocks. */
  transactions: number
  /** Transactions that are in no block yet, or whose receipt was not read yet. */
  open: number
}

/** Settings of {@link RelayLedger}. */
export type RelayLedgerOptions = {
  rpc: RpcPool
  feed: BlockFeed
  /** The most that the lanes may spend together. @default none */
  capWei?: bigint | undefined
  /** Called with the receipt of each transaction in a block; again after a reorganization. */
  onReceipt?: ((receipt: Receipt) => void) | undefined
}

type Entry = { lane: Address; nonce: number; hashes: Set<Hash>; mostWei: bigint }
type Settled = { entry: Entry; wei: bigint }

/** This part of the cap is kept for raised fees and filled gaps, without which what was sent might stay where it is. */
const repairShare = 20n
/** Blocks whose transactions are kept in case they go away; as many as a block feed follows. */
const keptBlocks = 64

const keyOf = ({ lane, nonce }: Pick<Entry, 'lane' | 'nonce'>): string => `${lane} ${nonce}`

/**
 * The ledger of a relay's lanes, which also enforces their cap. The cost of mined transactions by their receipts, and the most
 * that those in flight can cost, replacements included, together never exceed it. A nonce pays once, so of all transactions
 * that ever had it the dearest counts.
 *
 * It costs one call for each block that holds any of them.
 *
 * @example
 * const ledger = new RelayLedger({ rpc, feed, capWei: parseEther('1') })
 * const lane = new Lane({ rpc, feed, fees, account, ledger: ledger.of(account.address) })
 */
export class RelayLedger {
  readonly #feed: BlockFeed
  readonly #capWei: bigint | undefined
  readonly #onReceipt: ((receipt: Receipt) => void) | undefined
  readonly #receipts: RelayReceipts
  readonly #open = new Map<string, Entry>()
  readonly #byHash = new Map<Hash, Entry>()
  /** The settled entries of the latest blocks. */
  readonly #settledIn = new Map<Hash, Settled[]>()
  #spentWei = 0n
  #reservedWei = 0n
  #transactions = 0
  #stopTicks: (() => void) | undefined
  #stopListening: (() => void) | undefined

  constructor({ rpc, feed, capWei, onReceipt }: RelayLedgerOptions) {
    this.#feed = feed
    this.#capWei = capWei
    this.#onReceipt = onReceipt
    this.#receipts = new RelayReceipts({ rpc, feed, onReceipt: (receipt) => this.#settle(receipt) })
  }

  /** The part of the ledger that a lane writes. */
  of(lane: Address): Required<LaneLedger> {
    return {
      enter: (transaction) => this.#enter(lane, transaction),
      mined: (hash) => {
        this.#receipts.add(hash)
        this.#listen()
      },
      unsent: (hash) => {
        const entry = this.#byHash.get(hash)
        this.#byHash.delete(hash)
        entry?.hashes.delete(hash)
        if (entry?.hashes.size === 0) this.#remove(entry)
      },
    }
  }

  /** @throws LoadTestError SPENDING_CAP if a transaction that costs so much at most would exceed the cap */
  requireRoom(mostWei: bigint): void {
    this.#requireRoom(mostWei, false)
  }

  read(): RelaySpending {
    return {
      capWei: this.#capWei === undefined ? null : String(this.#capWei),
      spentWei: String(this.#spentWei),
      reservedWei: String(this.#reservedWei),
      transactions: this.#transactions,
      open: this.#open.size,
    }
  }

  close(): void {
    this.#stopTicks?.()
    this.#stopListening?.()
  }

  #enter(lane: Address, { nonce, hash, mostWei, isRepair }: EnteredTransaction): void {
    const known = this.#open.get(keyOf({ lane, nonce }))
    const moreWei = mostWei - (known?.mostWei ?? 0n)
    if (moreWei > 0n) this.#requireRoom(moreWei, isRepair)
    const entry = known ?? { lane, nonce, hashes: new Set(), mostWei: 0n }
    this.#remove(entry)
    entry.hashes.add(hash)
    if (moreWei > 0n) entry.mostWei = mostWei
    this.#byHash.set(hash, entry)
    this.#add(entry)
  }

  #requireRoom(moreWei: bigint, isRepair: boolean): void {
    const capWei = this.#capWei
    if (capWei === undefined) return
    const limitWei = isRepair ? capWei : capWei - capWei / repairShare
    const [spentWei, reservedWei] = [this.#spentWei, this.#reservedWei]
    const wantedWei = spentWei + reservedWei + moreWei
    if (wantedWei <= limitWei) return
    throw new LoadTestError(
      'SPENDING_CAP',
      `With ${formatEther(moreWei)} VANA more the relayer might spend ${formatEther(wantedWei)} VANA; its cap is ` +
        `${formatEther(capWei)} VANA, of which a twentieth is kept for raised fees.`,
      { details: { capWei: String(capWei), spentWei: String(spentWei), reservedWei: String(reservedWei) } },
    )
  }

  #add(entry: Entry): void {
    this.#open.set(keyOf(entry), entry)
    this.#reservedWei += entry.mostWei
    this.#listen()
  }

  #remove(entry: Entry): void {
    if (this.#open.delete(keyOf(entry))) this.#reservedWei -= entry.mostWei
  }

  #settle(receipt: Receipt): void {
    const { transactionHash, blockHash, gasUsed, effectiveGasPrice } = receipt
    this.#onReceipt?.(receipt)
    const entry = this.#byHash.get(transactionHash)
    if (entry === undefined || this.#open.get(keyOf(entry)) !== entry) return
    this.#remove(entry)
    const wei = gasUsed * effectiveGasPrice
    this.#spentWei += wei
    this.#transactions += 1
    this.#settledIn.set(blockHash, [...(this.#settledIn.get(blockHash) ?? []), { entry, wei }])
    this.#forgetOldBlocks()
  }

  #forgetOldBlocks(): void {
    for (const [oldest, held] of this.#settledIn) {
      if (this.#settledIn.size <= keptBlocks) return
      this.#settledIn.delete(oldest)
      for (const { entry } of held) for (const hash of entry.hashes) this.#byHash.delete(hash)
    }
  }

  /** The transactions of removed blocks are open again. */
  #onReorg(removed: readonly SeenBlock[]): void {
    for (const { hash } of removed) {
      for (const { entry, wei } of this.#settledIn.get(hash) ?? []) {
        this.#spentWei -= wei
        this.#transactions -= 1
        this.#add(entry)
      }
      this.#settledIn.delete(hash)
    }
  }

  #listen(): void {
    const onBlock = (): void => {}
    const onReorg = (removed: readonly SeenBlock[]): void => this.#onReorg(removed)
    this.#stopListening ??= this.#feed.subscribe({ onBlock, onReorg }, { idle: true })
    this.#stopTicks ??= this.#feed.subscribe({ onBlock, onTick: () => this.#onTick() })
  }

  #onTick(): void {
    if (this.#open.size > 0) return void this.#receipts.read()
    this.#stopTicks?.()
    this.#stopTicks = undefined
  }
}
