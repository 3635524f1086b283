import { type Address, type Hex, isHex } from 'viem'
import { systemClock } from '../async/clock.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/** How balances are read. */
export type ReadBalancesOptions = {
  /** Reads a whole chunk in one `eth_call`; must have code. @default JSON-RPC batches of `eth_getBalance` */
  multicall3?: Address | undefined
  /** A node that has not come to this block yet is given some seconds to get there. @default any state will do */
  sinceBlock?: number | undefined
  /** Accounts in one call or batch. @default 500, and 100 without Multicall3 */
  chunkSize?: number | undefined
  signal?: AbortSignal | undefined
}

/** Selector of `aggregate3((address,bool,bytes)[])`. */
const aggregate3Selector = '82ad56cb'
/** Selector of `getEthBalance(address)`. */
const getEthBalanceSelector = '4d2301cc'
/** Twice as long a pause each time: some 13 s in all. */
const lagAttempts = 8

/**
 * Reads the latest balances of many accounts in wei, in their order.
 *
 * @throws LoadTestError a `CHAIN_*` code, TX_REVERTED, ABORTED; the signal's reason
 * @example const balances = await readBalances(rpc, addresses, { multicall3: contracts.multicall3, signal })
 */
export async function readBalances(
  rpc: RpcPool,
  addresses: readonly Address[],
  options: ReadBalancesOptions = {},
): Promise<bigint[]> {
  const { multicall3, sinceBlock = 0, chunkSize = multicall3 ? 500 : 100, signal } = options
  const balances: bigint[] = []
  for (let at = 0; at < addresses.length; at += chunkSize) {
    const chunk = addresses.slice(at, at + chunkSize)
    for (let attempt = 1; ; attempt += 1) {
      const { blockNumber, read } = await readChunk(rpc, chunk, { multicall3, signal })
      if (blockNumber >= sinceBlock) {
        balances.push(...read)
        break
      }
      if (attempt >= lagAttempts) {
        throw new LoadTestError(
          'CHAIN_RPC_ERROR',
          `The node is at block ${blockNumber}, behind ${sinceBlock}.`,
        )
      }
      await systemClock.sleepUntil(systemClock.now() + 50 * 2 ** attempt, signal)
    }
  }
  return balances
}

/** Reads the balances of some accounts after the block number, from the same node: the state is at least that new. */
async function readChunk(
  rpc: RpcPool,
  addresses: readonly Address[],
  { multicall3, signal }: Pick<ReadBalancesOptions, 'multicall3' | 'signal'>,
): Promise<{ blockNumber: number; read: bigint[] }> {
  const calls =
    multicall3 === undefined
      ? addresses.map((address) => ({ method: 'eth_getBalance', params: [address, 'latest'] }))
      : [
          {
            method: 'eth_call',
            params: [{ to: multicall3, data: encodeGetEthBalances(multicall3, addresses) }, 'latest'],
          },
        ]
  const outcomes = await rpc.batch([{ method: 'eth_blockNumber', params: [] }, ...calls], { signal })
  const [number = '0x', ...answers] = outcomes.map((outcome) => {
    if (!outcome.ok) throw outcome.error
    return toHex(outcome.result)
  })
  const [first = '0x'] = answers
  return {
    blockNumber: Number(number),
    read: multicall3 === undefined ? answers.map(BigInt) : decodeGetEthBalances(first, addresses.length),
  }
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
    if (digits.length < 64) throw malformed()
    return BigInt(`0x${digits}`)
  }
  const list = Number(wordAt(0))
  if (wordAt(list) !== BigInt(count)) throw malformed()
  return Array.from({ length: count }, (_, i) => {
    // Result: success, offset of returnData, its length 32, the balance.
    const result = list + 32 + Number(wordAt(list + 32 + i * 32))
    const returned = result + Number(wordAt(result + 32))
    if (wordAt(result) !== 1n || wordAt(returned) !== 32n) throw malformed()
    return wordAt(returned + 32)
  })
}

function toHex(value: unknown): Hex {
  if (isHex(value) && value.length > 2) return value
  throw malformed()
}

const malformed = (): LoadTestError =>
  new LoadTestError('CHAIN_RPC_ERROR', "The node's answer holds no balances.")

const word = (value: number): string => padLeft(value.toString(16))
const padLeft = (digits: string): string => digits.padStart(64, '0')
