import { type Address, type Hex, isHex, numberToHex } from 'viem'
import type { RpcPool } from '../chain/rpc-pool.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/** How balances are read. */
export type ReadBalancesOptions = {
  /** Reads a whole chunk in one `eth_call`; must have code. @default JSON-RPC batches of `eth_getBalance` */
  multicall3?: Address | undefined
  /** State to read: the one after this block, so that a node that lags behind answers with an error. @default latest */
  atBlock?: number | undefined
  /** Accounts in one call or batch. @default 500, and 100 without Multicall3 */
  chunkSize?: number | undefined
  signal?: AbortSignal | undefined
}

/** Selector of `aggregate3((address,bool,bytes)[])`. */
const aggregate3Selector = '82ad56cb'
/** Selector of `getEthBalance(address)`. */
const getEthBalanceSelector = '4d2301cc'

/**
 * Reads the balances of many accounts in wei, in their order.
 *
 * @throws LoadTestError a `CHAIN_*` code, TX_REVERTED, ABORTED
 * @example const balances = await readBalances(rpc, addresses, { multicall3: contracts.multicall3, signal })
 */
export async function readBalances(
  rpc: RpcPool,
  addresses: readonly Address[],
  { multicall3, atBlock, chunkSize = multicall3 ? 500 : 100, signal }: ReadBalancesOptions = {},
): Promise<bigint[]> {
  const block = atBlock === undefined ? 'latest' : numberToHex(atBlock)
  const balances: bigint[] = []
  for (let at = 0; at < addresses.length; at += chunkSize) {
    const chunk = addresses.slice(at, at + chunkSize)
    if (multicall3 === undefined) {
      const calls = chunk.map((address) => ({ method: 'eth_getBalance', params: [address, block] }))
      for (const outcome of await rpc.batch(calls, { signal })) {
        if (!outcome.ok) throw outcome.error
        balances.push(BigInt(toHex(outcome.result)))
      }
    } else {
      const call = { to: multicall3, data: encodeGetEthBalances(multicall3, chunk) }
      const answer = toHex(await rpc.request('eth_call', [call, block], { signal }))
      balances.push(...decodeGetEthBalances(answer, chunk.length))
    }
  }
  return balances
}

function encodeGetEthBalances(multicall3: Address, addresses: readonly Address[]): Hex {
  const target = padLeft(multicall3.slice(2).toLowerCase())
  const words = [word(32), word(addresses.length)]
  // Each element: target, allowFailure, offset of callData (3 words on), its length 36, and itself in two words.
  for (const i of addresses.keys()) words.push(word(addresses.length * 32 + i * 192))
  for (const address of addresses) {
    const callData = getEthBalanceSelector + padLeft(address.slice(2).toLowerCase())
    words.push(target, word(0), word(96), word(36), callData.padEnd(128, '0'))
  }
  return `0x${aggregate3Selector}${words.join('')}`
}

function decodeGetEthBalances(answer: Hex, count: number): bigint[] {
  const wordAt = (byte: number): bigint => {
    const digits = answer.slice(2 + byte * 2, 2 + byte * 2 + 64)
    if (digits.length < 64) throw malformed('eth_call')
    return BigInt(`0x${digits}`)
  }
  const list = Number(wordAt(0))
  if (wordAt(list) !== BigInt(count)) throw malformed('eth_call')
  return Array.from({ length: count }, (_, i) => {
    // Result: success, offset of returnData, its length 32, the balance.
    const result = list + 32 + Number(wordAt(list + 32 + i * 32))
    const returned = result + Number(wordAt(result + 32))
    if (wordAt(result) !== 1n || wordAt(returned) !== 32n) throw malformed('eth_call')
    return wordAt(returned + 32)
  })
}

function toHex(value: unknown): Hex {
  if (isHex(value) && value.length > 2) return value
  throw malformed('eth_getBalance')
}

const malformed = (method: string): LoadTestError =>
  new LoadTestError('CHAIN_RPC_ERROR', `${method}: the node's answer holds no balances.`, {
    details: { method },
  })

const word = (value: number): string => padLeft(value.toString(16))
const padLeft = (digits: string): string => digits.padStart(64, '0')
