import { type Address, type Hex, hexToBytes } from 'viem'

/** An EIP-1559 transaction without an access list. */
export type Eip1559Transaction = {
  chainId: number
  nonce: number
  maxPriorityFeePerGas: bigint
  maxFeePerGas: bigint
  gas: bigint
  to: Address
  value: bigint
  data: Hex
}

/** r and s in 32 bytes each, and the parity of y. */
export type TransactionSignature = { r: Uint8Array; s: Uint8Array; yParity: number }

/**
 * Serializes an EIP-1559 transaction (type 2, EIP-2718 envelope over RLP), unsigned or signed.
 *
 * It gives the same bytes as viem's `serializeTransaction`; it works on bytes rather than on hex text, which for the
 * two kilobytes of calldata of a flow, hashed twice and serialized twice, takes a millisecond off every send.
 *
 * @example const hash = keccak256(serializeEip1559(transaction))
 */
export function serializeEip1559(
  transaction: Eip1559Transaction,
  signature?: TransactionSignature,
): Uint8Array {
  const fields = [
    integer(BigInt(transaction.chainId)),
    integer(BigInt(transaction.nonce)),
    integer(transaction.maxPriorityFeePerGas),
    integer(transaction.maxFeePerGas),
    integer(transaction.gas),
    text(hexToBytes(transaction.to)),
    integer(transaction.value),
    text(Buffer.from(transaction.data.slice(2), 'hex')),
    emptyList,
  ]
  if (signature !== undefined) {
    const { r, s, yParity } = signature
    fields.push(integer(BigInt(yParity)), text(withoutLeadingZeros(r)), text(withoutLeadingZeros(s)))
  }
  const length = fields.reduce((sum, field) => sum + field.length, 0)
  return Buffer.concat([transactionType, prefix(0xc0, length), ...fields])
}

const transactionType = Uint8Array.of(2)
const emptyList = Uint8Array.of(0xc0)
const emptyText = Uint8Array.of(0x80)

/** RLP of a byte string: a byte below 0x80 stands for itself, others follow their length. */
function text(bytes: Uint8Array): Uint8Array {
  const [first] = bytes
  if (first === undefined) return emptyText
  if (bytes.length === 1 && first < 0x80) return bytes
  return Buffer.concat([prefix(0x80, bytes.length), bytes])
}

/** RLP of a number: big-endian, without leading zeros. */
function integer(value: bigint): Uint8Array {
  return value === 0n ? emptyText : text(bigEndian(value))
}

/** Up to 55 the length is in the first byte; beyond, that byte says how many bytes the length takes. */
function prefix(offset: number, length: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(offset + length)
  const lengthBytes = bigEndian(BigInt(length))
  return Buffer.concat([Uint8Array.of(offset + 55 + lengthBytes.length), lengthBytes])
}

function bigEndian(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0)
  return start === -1 ? bytes.subarray(bytes.length) : bytes.subarray(start)
}
