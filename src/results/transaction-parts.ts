/** The parts of a transaction's way, in their order. */
export const transactionParts = ['sendMs', 'mempoolMs', 'noticeMs', 'inclusionMs'] as const

/** A part of a transaction's way. */
export type TransactionPart = (typeof transactionParts)[number]
