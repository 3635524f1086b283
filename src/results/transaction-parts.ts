/** Parts of a transaction's latency, in order. */
export const transactionParts = ['sendMs', 'mempoolMs', 'noticeMs', 'inclusionMs'] as const

/** A part of a transaction's latency. */
export type TransactionPart = (typeof transactionParts)[number]
