import { type Hash, type Hex, isHex, keccak256, parseTransaction, recoverTransactionAddress } from 'viem'
import { type Fault, sendFaults } from '../../config/fault.ts'
import { type Answer, type Asked, CutOff } from './exchange.ts'

type Call = { id: unknown; method: string; params?: readonly unknown[] }
type Verdict = { result: unknown } | { error: { code: number; message: string } }

/** Options of {@link createRpcFaults}. */
export type RpcFaultsOptions = {
  faults: readonly Fault[]
  random: () => number
  hit(kind: string): void
  forward(asked: Asked): Promise<Answer>
}

/**
 * Creates the JSON-RPC part of a fault proxy. It hits the sending of transactions and remembers those that it withholds.
 *
 * A dropped transaction is unknown afterwards and may pass when it is sent again. A stuck one is known and pending; its
 * replacement, with the same sender and nonce, passes.
 */
export function createRpcFaults({
  faults,
  random,
  hit,
  forward,
}: RpcFaultsOptions): RpcFaultsOptions['forward'] {
  const shares = faults.flatMap((fault) =>
    'share' in fault && Object.hasOwn(sendFaults, fault.kind) ? [fault] : [],
  )
  /** Sender and nonce, by hash. */
  const stuck = new Map<Hash, string>()

  /** @returns the answer instead of the node's; `undefined` lets the node answer */
  async function sendRaw(raw: Hex): Promise<Verdict | 'cut-before' | 'cut-after' | undefined> {
    const hash = keccak256(raw)
    if (stuck.has(hash)) return { error: { code: -32000, message: 'already known' } }
    // Every fault draws every time, so that adding one does not change the hits of the others.
    const drawn = shares.filter(({ share }) => random() < share).map(({ kind }) => kind)
    const way = random()
    if (stuck.size > 0 && (await replacesStuck(raw))) return undefined
    const [kind] = drawn
    if (kind === undefined) return undefined
    hit(kind)
    if (kind === 'drop-tx') return { result: hash }
    if (kind === 'stuck-tx') {
      stuck.set(hash, await placeOf(raw))
      return { result: hash }
    }
    if (way < 1 / 3) return 'cut-before'
    if (way < 2 / 3) return 'cut-after'
    return { error: { code: -32603, message: 'injected fault: internal error' } }
  }

  async function replacesStuck(raw: Hex): Promise<boolean> {
    const place = await placeOf(raw)
    for (const [hash, other] of stuck) if (other === place) return stuck.delete(hash)
    return false
  }

  async function judge({
    method,
    params = [],
  }: Call): Promise<Verdict | 'cut-before' | 'cut-after' | undefined> {
    const [first] = params
    if (method === 'eth_sendRawTransaction' && isHex(first)) return await sendRaw(first)
    if (method === 'eth_getTransactionByHash' && isHex(first) && stuck.has(first)) {
      return { result: { hash: first, blockHash: null, blockNumber: null, transactionIndex: null } }
    }
    return undefined
  }

  return async (asked) => {
    const calls = parseCalls(asked.body)
    if (calls === undefined) return await forward(asked)
    const isBatch = Array.isArray(calls)
    const all = isBatch ? calls : [calls]
    const verdicts = await Promise.all(all.map(judge))
    if (verdicts.includes('cut-before')) throw new CutOff()
    const left = all.filter((_, i) => typeof verdicts[i] !== 'object')
    if (left.length === all.length) {
      const answer = await forward(asked)
      if (verdicts.includes('cut-after')) throw new CutOff()
      return answer
    }
    const answers: unknown[] = all.flatMap(({ id }, i) =>
      typeof verdicts[i] === 'object' ? [{ jsonrpc: '2.0', id, ...verdicts[i] }] : [],
    )
    if (left.length > 0) {
      const answer = await forward({ ...asked, body: Buffer.from(JSON.stringify(left)) })
      if (verdicts.includes('cut-after')) throw new CutOff()
      answers.push(...(JSON.parse(answer.body.toString()) as unknown[]))
    }
    const body = Buffer.from(JSON.stringify(isBatch ? answers : answers[0]))
    return { status: 200, headers: { 'content-type': 'application/json' }, body }
  }
}

async function placeOf(raw: Hex): Promise<string> {
  const { nonce = 0 } = parseTransaction(raw)
  const from = await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` })
  return `${from} ${nonce}`
}

function parseCalls(body: Buffer): Call | Call[] | undefined {
  try {
    return JSON.parse(body.toString()) as Call | Call[]
  } catch {
    return undefined
  }
}
