import { type Hash, type Hex, keccak256, numberToHex, parseGwei, parseTransaction, stringToHex } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { RpcPool, RpcRequestOptions } from '../rpc/rpc.ts'
import { toChainError } from '../rpc/rpc-error.ts'

/** How the node treats one request to take a transaction, instead of doing what is right. */
export type SendFault =
  /** No answer, and the node never saw it. */
  | 'lost-before'
  /** No answer, and the node has done what was asked. */
  | 'lost-after'
  /** An answer that says that the node failed inside. */
  | 'internal'
  /** An answer that refuses, for an unknown reason. */
  | 'refused'
  | 'pool-full'

/** A transaction of the one account that matters here. */
export type ModelTransaction = { hash: Hash; nonce: number; maxFee: bigint; tip: bigint; value: bigint }

type ModelBlock = {
  number: number
  hash: Hash
  parentHash: Hash
  baseFee: bigint
  transactions: readonly ModelTransaction[]
}

/** A chain of one account, in memory, see {@link createModelNode}. */
export type ModelNode = {
  /** An RPC pool over it, which never answers again once `dies` has been called. */
  connect(): { rpc: RpcPool; dies(): void }
  /** What goes wrong with the next requests to take a transaction, in order. */
  sendFaults: SendFault[]
  /** How many of the next reads get no answer. */
  failingReads: number
  /**
   * How many blocks the backend is behind that answers for blocks, receipts and transactions; in turn, one for each read.
   * What is sent or counted is always answered by one that is up to date.
   */
  lags: readonly number[]
  baseFee: bigint
  /** Whether a block throws out what its base fee has outgrown, with all that stands behind it, as anvil does; geth keeps it. */
  throwsOut: boolean
  /** Every transaction that was ever offered. */
  readonly offered: readonly ModelTransaction[]
  readonly pool: ReadonlyMap<number, ModelTransaction>
  /** All transactions in blocks, oldest first. */
  mined(): ModelTransaction[]
  mine(blocks?: number): void
  /** Forgets one transaction of the pool, as nodes do that are short of memory. */
  drop(index: number): void
  /** Another program uses the key: at the first nonce that is free in the pool. */
  useElsewhere(feeGwei: number): void
  /**
   * Replaces the newest blocks by one more, empty ones.
   *
   * @param returns which of the transactions go back to the pool, in turn
   * @returns those that are in no block any more
   */
  reorganize(depth: number, returns: readonly boolean[]): ModelTransaction[]
}

const tip = parseGwei('1')

/** Makes a node that takes, replaces, refuses and mines transactions as geth does, and fails on demand. */
export function createModelNode(): ModelNode {
  const pool = new Map<number, ModelTransaction>()
  const offered: ModelTransaction[] = []
  let made = 0
  const chain: ModelBlock[] = []
  const count = (): number => chain.reduce((sum, { transactions }) => sum + transactions.length, 0)
  let reads = 0
  /** The length of the chain as it was first shown to the present client; 0 before. */
  let firstSeen = 0
  const pending = (): number => {
    let next = count()
    while (pool.has(next)) next += 1
    return next
  }

  function countAt(block: unknown): number {
    if (block === 'pending') return pending()
    if (block === 'latest') return count()
    const last = Number(block)
    if (last >= chain.length)
      throw toChainError({ code: -32000, message: 'header not found' }, 'eth_getTransactionCount')
    return chain.slice(0, last + 1).reduce((sum, { transactions }) => sum + transactions.length, 0)
  }

  function append(transactions: readonly ModelTransaction[]): void {
    const parentHash = chain.at(-1)?.hash ?? keccak256('0x')
    made += 1
    const hash = keccak256(stringToHex(`block ${made}`))
    chain.push({ number: chain.length, hash, parentHash, baseFee: node.baseFee, transactions })
  }

  function throwOut(): void {
    const outgrown = [...pool.values()].filter(({ maxFee }) => maxFee < node.baseFee)
    const lowest = Math.min(...outgrown.map(({ nonce }) => nonce))
    for (const nonce of pool.keys()) if (nonce >= lowest) pool.delete(nonce)
  }

  function take(transaction: ModelTransaction): Hash {
    const { nonce, hash } = transaction
    const refuse = (message: string): never => {
      throw toChainError({ code: -32000, message }, 'eth_sendRawTransaction')
    }
    if (nonce < count()) return refuse(`nonce too low: next nonce ${count()}, tx nonce ${nonce}`)
    if (node.throwsOut && transaction.maxFee < node.baseFee) {
      return refuse('max fee per gas less than block base fee')
    }
    const old = pool.get(nonce)
    if (old?.hash === hash) return refuse('already known')
    const outbids = (now: bigint, before: bigint): boolean => now * 10n >= before * 11n
    if (old && !(outbids(transaction.maxFee, old.maxFee) && outbids(transaction.tip, old.tip))) {
      return refuse('replacement transaction underpriced')
    }
    pool.set(nonce, transaction)
    return hash
  }

  function send(raw: Hex): Hash {
    const { nonce = 0, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n, value = 0n } = parseTransaction(raw)
    const transaction = {
      hash: keccak256(raw),
      nonce,
      value,
      maxFee: maxFeePerGas,
      tip: maxPriorityFeePerGas,
    }
    offered.push(transaction)
    const fault = node.sendFaults.shift()
    if (fault === 'lost-before') throw unreachable()
    if (fault === 'refused') throw toChainError({ code: -32000, message: 'no' }, 'eth_sendRawTransaction')
    if (fault === 'internal') throw toChainError({ code: -32603, message: 'oops' }, 'eth_sendRawTransaction')
    if (fault === 'pool-full') {
      throw toChainError({ code: -32000, message: 'txpool is full' }, 'eth_sendRawTransaction')
    }
    try {
      return take(transaction)
    } finally {
      if (fault === 'lost-after') {
        // biome-ignore lint/correctness/noUnsafeFinally: whatever the node has decided, its answer is lost
        throw unreachable()
      }
    }
  }

  function read(method: string, params: readonly unknown[]): unknown {
    if (node.failingReads > 0) {
      node.failingReads -= 1
      throw unreachable()
    }
    const hash = params[0]
    reads += 1
    const behind = node.lags[reads % Math.max(1, node.lags.length)] ?? 0
    // What is older than all that a client has seen of a chain looks like a reorganization deeper than its memory.
    const length = Math.max(firstSeen, chain.length - behind, 1)
    if (params[0] === 'latest') firstSeen ||= length
    const shown = chain.slice(0, length)
    const holder = shown.find(({ transactions }) => transactions.some((one) => one.hash === hash))
    switch (method) {
      case 'eth_getBlockByNumber':
        return show(hash === 'latest' ? shown.at(-1) : shown[Number(hash)])
      case 'eth_getBlockByHash':
        return show(shown.find((block) => block.hash === hash))
      case 'eth_getTransactionCount':
        return numberToHex(countAt(params[1]))
      case 'eth_getTransactionByHash':
        return holder !== undefined || [...pool.values()].some((one) => one.hash === hash) ? {} : null
      case 'eth_getTransactionReceipt':
        return holder === undefined ? null : showReceipt(holder, String(hash))
      default:
        throw toChainError({ code: -32601, message: 'method not found' }, method)
    }
  }

  const node: ModelNode = {
    sendFaults: [],
    failingReads: 0,
    lags: [],
    baseFee: parseGwei('1'),
    throwsOut: false,
    offered,
    pool,
    connect() {
      let alive = true
      firstSeen = 0
      const rpc = {
        chainId: 14800,
        async request(method: string, params: readonly unknown[], { onUnanswered }: RpcRequestOptions = {}) {
          if (!alive) return await new Promise(() => {})
          try {
            return method === 'eth_sendRawTransaction' ? send(params[0] as Hex) : read(method, params)
          } catch (error) {
            if (error instanceof LoadTestError && error.code === 'CHAIN_UNREACHABLE') onUnanswered?.()
            throw error
          }
        },
        async batch(calls: readonly { method: string; params: readonly unknown[] }[]) {
          if (!alive) return await new Promise(() => {})
          return calls.map(({ method, params }) => ({ ok: true, result: read(method, params) }))
        },
      } as Partial<RpcPool> as RpcPool
      return {
        rpc,
        dies() {
          alive = false
        },
      }
    },
    mined: () => chain.flatMap(({ transactions }) => transactions),
    mine(blocks = 1) {
      for (let i = 0; i < blocks; i += 1) {
        const transactions: ModelTransaction[] = []
        for (let nonce = count(); ; nonce += 1) {
          const next = pool.get(nonce)
          if (next === undefined || next.maxFee < node.baseFee) break
          pool.delete(nonce)
          transactions.push(next)
        }
        if (node.throwsOut) throwOut()
        append(transactions)
      }
    },
    drop(index) {
      const nonce = [...pool.keys()][index % Math.max(1, pool.size)]
      if (nonce !== undefined) pool.delete(nonce)
    },
    useElsewhere(feeGwei) {
      const nonce = pending()
      const hash = keccak256(stringToHex(`elsewhere ${nonce} ${made} ${feeGwei} ${offered.length}`))
      pool.set(nonce, { hash, nonce, maxFee: parseGwei(String(feeGwei)), tip, value: 0n })
    },
    reorganize(depth, returns) {
      const removed = chain.splice(Math.max(1, chain.length - depth))
      const gone = removed.flatMap(({ transactions }) => transactions)
      for (const [i, transaction] of gone.entries()) {
        if (returns[i % Math.max(1, returns.length)]) pool.set(transaction.nonce, transaction)
      }
      // A branch wins by being longer.
      for (let i = 0; i <= removed.length; i += 1) append([])
      return gone
    },
  }
  append([])
  return node
}

const unreachable = (): LoadTestError => new LoadTestError('CHAIN_UNREACHABLE', 'No answer came.')

function show(block: ModelBlock | undefined): unknown {
  if (block === undefined) return null
  const { number, hash, parentHash, baseFee, transactions } = block
  return {
    hash,
    parentHash,
    gasLimit: '0x1c9c380',
    gasUsed: '0x0',
    number: numberToHex(number),
    timestamp: numberToHex(number),
    baseFeePerGas: numberToHex(baseFee),
    transactions: transactions.map((transaction) => transaction.hash),
  }
}

function showReceipt(block: ModelBlock, transactionHash: string): unknown {
  return {
    transactionHash,
    blockHash: block.hash,
    blockNumber: numberToHex(block.number),
    status: '0x1',
    from: `0x${'00'.repeat(20)}`,
    to: null,
    gasUsed: '0x5208',
    logs: [],
  }
}
