import type { Clock } from '../../async/clock.ts'
import type { SignedTransaction } from '../transactions/broadcast.ts'
import type { FeeQuote } from '../transactions/fees.ts'
import { mostWeiOf, signTransaction, type TransactionContent } from '../transactions/sign-transaction.ts'
import { joinBooks } from './lane-books.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { LaneOptions, LaneSend } from './lane-options.ts'

/** What is signed for the first time. */
export type NewTransaction = Pick<LaneSend, 'books' | 'onEvent'> & {
  nonce: number
  content: TransactionContent
  fees: FeeQuote
  /** Newest block at present. */
  blockNumber: number
  isRepair: boolean
}

/** The pen of a lane: what it has signed is in the books, and may be sent. */
export type LaneSigner = {
  /** @throws LoadTestError what the books throw: then it must not be sent, and they hold nothing of it */
  sign(transaction: NewTransaction): Promise<LaneEntry>
  /** The same call and nonce at other fees. @throws as `sign` */
  signAgain(entry: LaneEntry, fees: FeeQuote): Promise<SignedTransaction>
}

/** Makes the pen of a lane. @example const { signed } = await createLaneSigner({ rpc, account, clock }).sign(transaction) */
export function createLaneSigner(
  options: Pick<LaneOptions, 'rpc' | 'account' | 'books'> & { clock: Clock },
): LaneSigner {
  const { account, rpc, clock } = options

  return {
    async sign({ nonce, content, fees, blockNumber, isRepair, ...rest }) {
      const books = joinBooks([options.books, rest.books])
      const signed = await signTransaction(account, rpc.chainId, content, nonce, fees)
      await books.enter({ nonce, hash: signed.hash, mostWei: mostWeiOf(content, fees), isRepair })
      return {
        nonce,
        content,
        signed,
        fees,
        books,
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
    async signAgain({ nonce, content, books }, fees) {
      const signed = await signTransaction(account, rpc.chainId, content, nonce, fees)
      await books.enter({ nonce, hash: signed.hash, mostWei: mostWeiOf(content, fees), isRepair: true })
      return signed
    },
  }
}
