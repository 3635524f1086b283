import type { Clock } from '../../async/clock.ts'
import { estimateGas, readTransactionCount, withMargin } from '../rpc/chain-reads.ts'
import { rejectionReason } from '../rpc/rpc-error.ts'
import { broadcast, mayBeSent } from '../transactions/broadcast.ts'
import type { TransactionContent } from '../transactions/sign-transaction.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { LaneNote, LaneOptions, LaneSend } from './lane-options.ts'
import type { LaneSigner } from './lane-signing.ts'
import type { NonceAllocator } from './nonce-allocator.ts'

/** What a first sending needs of its lane. */
export type LaneSenderOptions = Pick<LaneOptions, 'rpc' | 'fees' | 'account'> & {
  clock: Clock
  signer: LaneSigner
  note(note: LaneNote): void
}

/**
 * Signs a call and hands it to a node.
 *
 * @param track begins to look after what a node has, or may have
 * @throws as `Lane.send`
 */
export type SendFirst = (
  request: LaneSend,
  nonces: NonceAllocator,
  track: (entry: LaneEntry) => void,
) => Promise<LaneEntry>

/** How often a send looks for another nonce before it gives up. */
const maxNonceTries = 8

/**
 * Makes the part of a lane that sends a call for the first time: it takes a nonce, signs, and hands the bytes to a node.
 * A nonce that turns out to be somebody else's is passed over, and one that was not used is given back.
 *
 * @example const entry = await createLaneSender({ rpc, fees, account, clock, signer, note })(request, nonces, track)
 */
export function createLaneSender(options: LaneSenderOptions): SendFirst {
  const { rpc, fees, account, clock, signer, note } = options
  const stickyKey = account.address

  async function offer(entry: LaneEntry, track: (entry: LaneEntry) => void): Promise<void> {
    try {
      await broadcast(rpc, entry.signed, { stickyKey, clock })
      entry.accepted = true
    } catch (error) {
      if (mayBeSent(error)) track(entry)
      else entry.ledger.unsent?.(entry.signed.hash)
      throw error
    }
    track(entry)
  }

  /** @returns whether another nonce may do better */
  async function giveBack(nonces: NonceAllocator, nonce: number, error: unknown): Promise<boolean> {
    const reason = rejectionReason(error)
    if (reason === 'nonce-too-low') await fastForward(nonces, nonce)
    // Somebody else's transaction waits at this nonce: leave it there and go on behind it.
    else if (reason === 'replacement-underpriced') {
      nonces.submit(nonce)
      note({ action: 'passed-over', nonce, reason: "somebody else's transaction waits there" })
    } else {
      nonces.release(nonce)
      return false
    }
    return true
  }

  async function fastForward(nonces: NonceAllocator, refused: number): Promise<void> {
    // The node that refused knows better than one that lags behind, or does not answer.
    const count = await readTransactionCount(rpc, stickyKey, { stickyKey }).catch(() => 0)
    nonces.confirmUpTo(Math.max(count, refused + 1))
    note({ action: 'fast-forwarded', nonce: nonces.next, reason: `nonce ${refused} was used elsewhere` })
  }

  async function estimate({ to, data, value, signal }: LaneSend): Promise<bigint> {
    const gas = await estimateGas(rpc, { from: stickyKey, to, data, value }, { signal, stickyKey })
    return withMargin(gas, 0.1)
  }

  return async (request, nonces, track) => {
    const { to, data, value, ledger, onEvent, signal } = request
    const content: TransactionContent = { to, data, value, gas: request.gas ?? (await estimate(request)) }
    for (let tries = 1; ; tries += 1) {
      const { blockNumber, ...quote } = await fees.current({ signal })
      signal?.throwIfAborted()
      const nonce = nonces.allocate()
      try {
        const unsent = { nonce, content, fees: quote, blockNumber, isRepair: false, ledger, onEvent }
        const entry = await signer.sign(unsent)
        entry.holdsPlace = true
        await offer(entry, track)
        return entry
      } catch (error) {
        if (mayBeSent(error)) throw error
        const isAnotherWorthTrying = await giveBack(nonces, nonce, error)
        if (!isAnotherWorthTrying || tries >= maxNonceTries) throw error
      }
    }
  }
}
