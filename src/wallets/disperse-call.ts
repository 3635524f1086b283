import type { Address, Hex } from 'viem'

/** An account and the amount to pay it. */
export type Payment = { address: Address; amountWei: bigint }

/** A contract through which many accounts are paid in one transaction. */
export type Disperser = { kind: 'multicall3' | 'multisend'; address: Address }

/** A transaction without its sender, nonce and fees. */
export type PaymentCall = { to: Address; data: Hex; valueWei: bigint }

/** Selector of `aggregate3Value((address,bool,uint256,bytes)[])`. */
const aggregate3ValueSelector = '174dea71'
/** Selector of `multisendVanaWithDifferentAmounts(uint256[],address[])`. */
const multisendSelector = '1b310310'

/**
 * Encodes one call that pays many accounts.
 *
 * Through Multicall3 it's all or nothing: a payment that fails reverts the call. Multisend skips a payment that fails
 * without a word, so its callers must look at the balances. The layout is written down here rather than worked out
 * by an ABI encoder, which would hold up the event loop of a run for milliseconds.
 *
 * @example disperseCall({ kind: 'multicall3', address: contracts.multicall3 }, payments)
 */
export function disperseCall({ kind, address }: Disperser, payments: readonly Payment[]): PaymentCall {
  const valueWei = payments.reduce((sum, { amountWei }) => sum + amountWei, 0n)
  const data = kind === 'multicall3' ? encodeAggregate3Value(payments) : encodeMultisend(payments)
  return { to: address, data, valueWei }
}

function encodeAggregate3Value(payments: readonly Payment[]): Hex {
  // Each element: target, allowFailure, value, offset of callData (4 words on), length 0.
  const words = [word(32), word(payments.length)]
  for (const i of payments.keys()) words.push(word(payments.length * 32 + i * 160))
  for (const { address, amountWei } of payments) {
    words.push(addressWord(address), word(0), word(amountWei), word(128), word(0))
  }
  return `0x${aggregate3ValueSelector}${words.join('')}`
}

function encodeMultisend(payments: readonly Payment[]): Hex {
  const count = word(payments.length)
  const words = [word(64), word(96 + payments.length * 32), count]
  for (const { amountWei } of payments) words.push(word(amountWei))
  words.push(count)
  for (const { address } of payments) words.push(addressWord(address))
  return `0x${multisendSelector}${words.join('')}`
}

const word = (value: bigint | number): string => value.toString(16).padStart(64, '0')
const addressWord = (address: Address): string => address.slice(2).toLowerCase().padStart(64, '0')
