import type { Clock } from '../../async/clock.ts'
import type { SignedTransaction } from '../transactions/broadcast.ts'
import type { FeeQuote } from '../transactions/fees.ts'
import { mostWeiOf, signTransaction, type TransactionContent } from '../transactions/sign-transaction.ts'
import type { LaneEntry } from './lane-entry.ts'
import { joinLedgers } from './lane-ledger.ts'
import type { LaneOptions, LaneSend } from './lane-options.ts'

/** What is signed for the first time. */
export type NewTransaction = Pick<LaneSend, 'ledger' | 'onEvent'> & {
  nonce: number
  content: TransactionContent
  fees: FeeQuote
  /** Newest block at present. */
  blockNumber: number
  isRepair: boolean
}

/** Signs the transactions of a lane: what it has signed is in the ledger, and may be sent. */
export type LaneSigner = {
  /** @throws LoadTestError what the ledger throws: then it must not be sent, and the ledger holds nothing of it */
  sign(transaction: NewTransaction): Promise<LaneEntry>
  /** The same call and nonce at other fees. @throws as `sign` */
  signAgain(entry: LaneEntry, fees: FeeQuote): Promise<SignedTransaction>
}

/** Makes the signer of a lane. @example const { signed } = await createLaneSigner({ rpc, account, clock }).sign(transaction) */
export function createLaneSigner(
  options: Pick<LaneOptions, 'rpc' | 'account' | 'ledger'> & { clock: Clock },
): LaneSigner {
  const { account, rpc, clock } = options
  const { chainId } = rpc

  return {
    async sign({ nonce, content, fees, blockNumber, isRepair, ...rest }) {
      const ledger = joinLedgers([options.ledger, rest.ledger])
      const signed = await signTransaction(account, { ...content, chainId, nonce, fees })
      await ledger.enter({ nonce, hash: signed.hash, mostWei: mostWeiOf(content, fees), isRepair })
      return {
        nonce,
        content,
        signed,
        fees,
        ledger,
        hashes: [signed.hash],
        accepted: false,
        sentAtBlock: blockNumber,
        firstSentAtMs: clock.now(),
        holdsPlace: false,
        minedIn: undefined,
        overtaken: undefined,
        refused: undefined,
        outbid: false,
        onEvent: rest.onEvent,
      }
    },
    async signAgain({ nonce, content, ledger }, fees) {
      const signed = await signTransaction(account, { ...content, chainId, nonce, fees })
      await ledger.enter({ nonce, hash: signed.hash, mostWei: mostWeiOf(content, fees), isRepair: true })
      return signed
    },
  }
}
