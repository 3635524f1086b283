import type { Address } from 'viem'
import type { LaneNote } from '../chain/lanes/lane-options.ts'

/** What to do when two programs pay with one key. */
export const ownFunderHint =
  'Give each program, and each part of a load (VANA_LOAD_FUNDER_PRIVATE_KEYS), a funder of its own, or fund the wallets before.'

/**
 * Watches the lane of a key that pays for transactions of others with the same key, and says so once: payments then take
 * longer, since two programs that do not talk take each other's nonces.
 *
 * @param note called with a sentence for people
 * @returns for the lane's `onRepair`
 * @example new Lane({ rpc, feed, fees, account, onRepair: noticeOthers(account.address, note) })
 */
export function noticeOthers(address: Address, note: (text: string) => void): (repair: LaneNote) => void {
  let isTold = false
  return ({ action }) => {
    if (isTold || (action !== 'fast-forwarded' && action !== 'passed-over')) return
    isTold = true
    note(
      `Somebody else sends with the funder's key (${address}), so payments wait for each other. ${ownFunderHint}`,
    )
  }
}
