import { rejectionReason } from '../rpc/rpc-error.ts'
import { mayBeSent } from './broadcast.ts'
import {
  sendUserTransaction,
  type UserSubmission,
  type UserTransaction,
  type UserTransactionParts,
} from './user-transaction.ts'

/**
 * Makes a sender for users who each come with a wallet of their own, most of them with a new one.
 *
 * A new wallet's first nonce is 0 and need not be read. That is taken for granted until a node says otherwise: a wallet
 * from an earlier run has used its 0, which the node refuses, and from then on nonces are read. Nothing is sent twice.
 *
 * @example const send = createUserSender({ rpc, fees }); const submission = await send({ account, to, data, gas, signal })
 */
export function createUserSender(
  parts: UserTransactionParts,
): (transaction: Omit<UserTransaction, 'nonce'>) => Promise<UserSubmission> {
  let walletsAreNew = true
  return async (transaction) => {
    if (!walletsAreNew) return await sendUserTransaction(parts, transaction)
    try {
      return await sendUserTransaction(parts, { ...transaction, nonce: 0 })
    } catch (error) {
      const reason = rejectionReason(error)
      const isUsed = reason === 'nonce-too-low' || reason === 'replacement-underpriced'
      if (!isUsed || mayBeSent(error)) throw error
      walletsAreNew = false
      return await sendUserTransaction(parts, transaction)
    }
  }
}
