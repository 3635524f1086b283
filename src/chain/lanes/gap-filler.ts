import type { Clock } from '../../async/clock.ts'
import { rejectionReason } from '../rpc/rpc-error.ts'
import { broadcast, mayBeSent } from '../transactions/broadcast.ts'
import type { FeeQuote } from '../transactions/fees.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { LaneNote, LaneOptions } from './lane-options.ts'
import type { LaneSigner } from './lane-signing.ts'
import type { NonceAllocator } from './nonce-allocator.ts'

/** What filling gaps needs of its lane. */
export type GapFillerOptions = Pick<LaneOptions, 'rpc' | 'fees' | 'account'> & {
  clock: Clock
  signer: LaneSigner
  /** Whether a send is running, which would take a gap's nonce itself. */
  isSending(): boolean
  track(entry: LaneEntry): void
  note(note: LaneNote): void
}

/** Uses up the nonces of a lane that no send has taken, with transfers of nothing to oneself. */
export class GapFiller {
  readonly #options: GapFillerOptions
  #last: { nonce: number; fees: FeeQuote } | undefined

  constructor(options: GapFillerOptions) {
    this.#options = options
  }

  /** Fills all gaps, lowest first. @throws LoadTestError a `CHAIN_*` code; the rest stays for the next call */
  async fillAll(nonces: NonceAllocator): Promise<void> {
    while (!this.#options.isSending() && nonces.gaps().length > 0) {
      const nonce = nonces.allocate()
      try {
        await this.fill(nonce)
      } catch (error) {
        if (rejectionReason(error) === 'nonce-too-low') nonces.confirmUpTo(nonce + 1)
        else if (rejectionReason(error) === 'replacement-underpriced') nonces.submit(nonce)
        else {
          nonces.release(nonce)
          throw error
        }
      }
    }
  }

  /** Uses up one nonce, at fees that also displace a foreign transaction. */
  async fill(nonce: number): Promise<void> {
    const { rpc, account, signer, clock, track, note } = this.#options
    const { blockNumber, fees } = await this.#nextFees(nonce)
    const content = { to: account.address, gas: 21_000n }
    const entry = await signer.sign({ nonce, content, fees, blockNumber, isRepair: true })
    try {
      await broadcast(rpc, entry.signed, { stickyKey: account.address, attempts: 1, clock })
      entry.accepted = true
    } catch (error) {
      if (!mayBeSent(error)) {
        entry.ledger.unsent?.(entry.signed.hash)
        throw error
      }
    }
    track(entry)
    note({ action: 'filled-gap', nonce, hash: entry.signed.hash })
  }

  /**
   * The pool may hold a transaction of unknown fees at this nonce. So the fees go up from the last attempt, and start from
   * the current ones again once the cap is reached: prices may have fallen meanwhile.
   */
  async #nextFees(nonce: number): Promise<{ blockNumber: number; fees: FeeQuote }> {
    const { fees } = this.#options
    const { blockNumber, ...current } = await fees.current()
    const last = this.#last?.nonce === nonce ? this.#last.fees : current
    this.#last = undefined
    const raised = await fees.bump(last)
    this.#last = { nonce, fees: raised }
    return { blockNumber, fees: raised }
  }
}
