import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../async/manual-clock.fixture.ts'
import { usualRpc } from '../../config/usual-settings.fixture.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { createRpcPool } from '../rpc/rpc-pool.ts'
import {
  type CallAnswer,
  type Misbehaviour,
  type ScriptedNode,
  startScriptedNode,
} from '../rpc/scripted-node.fixture.ts'
import { broadcast, mayBeSent } from './broadcast.ts'

const transaction = { raw: '0x02aa', hash: `0x${'11'.repeat(32)}` } as const
const sent = 'eth_sendRawTransaction'
const lookup = 'eth_getTransactionByHash'

let node: ScriptedNode
let rpc: RpcPool
beforeEach(async () => {
  node = await startScriptedNode()
  rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: 14800, patienceMs: 0 })
})
afterEach(async () => {
  await rpc.close()
  await node.stop()
})

/** What the node does with each attempt in turn; the last one stays. */
function script(...steps: (CallAnswer | Misbehaviour)[]): void {
  const next = (): CallAnswer | Misbehaviour | undefined =>
    steps[Math.min(node.count(sent), steps.length) - 1]
  node.misbehave = ([call]) => {
    const step = call?.method === sent ? next() : undefined
    return step === undefined || 'result' in step || 'error' in step ? undefined : step
  }
  node.answer = ({ method }) => {
    if (method !== sent) return undefined
    const step = next()
    return step !== undefined && ('result' in step || 'error' in step) ? step : { result: transaction.hash }
  }
}

/** Whether the node has the transaction when it is asked for it. */
function poolHas(known: boolean): void {
  const { answer } = node
  const found = { result: known ? { hash: transaction.hash } : null }
  node.answer = (call) => (call.method === lookup ? found : answer(call))
}

/** Lets the pauses between attempts pass. */
async function run(): Promise<unknown> {
  const clock = createManualClock()
  let over = false
  const outcome = broadcast(rpc, transaction, { stickyKey: '0x1', clock })
    .then(
      () => 'sent',
      (error: unknown) => error,
    )
    .finally(() => {
      over = true
    })
  while (!over) await clock.advanceTo(clock.now() + 1000)
  return await outcome
}

const refusal = (message: string): CallAnswer => ({ error: { code: -32000, message } })

describe('broadcasting a transaction', () => {
  it('is one call when the node takes it', async () => {
    script({ result: transaction.hash })
    expect(await run()).toBe('sent')
    expect([node.count(sent), node.count(lookup)]).toEqual([1, 0])
  })

  it('takes "already known" for success', async () => {
    script(refusal('already known'))
    expect(await run()).toBe('sent')
  })

  it('offers the same bytes again when the answer was lost, and learns that they were taken', async () => {
    script({ drop: 'after' }, refusal('already known'))
    expect(await run()).toBe('sent')
    expect(node.received.filter(({ method }) => method === sent).map(({ params }) => params[0])).toEqual([
      transaction.raw,
      transaction.raw,
    ])
  })

  it('offers the same bytes again when a node fails inside, and may be sent when it goes on failing', async () => {
    const internal: CallAnswer = { error: { code: -32603, message: 'internal error' } }
    script(internal, { result: transaction.hash })
    expect(await run()).toBe('sent')
    node.received.length = 0
    script(internal)
    poolHas(false)
    const error = await run()
    expect([error, mayBeSent(error)]).toMatchObject([{ code: 'CHAIN_RPC_ERROR' }, true])
    expect(node.count(sent)).toBe(3)
  })

  const meaningless = [-32603, -32000, -32099, 12].map((code): [number, CallAnswer] => [
    code,
    { error: { code, message: 'upstream said something' } },
  ])

  it.each(meaningless)('was taken, whatever error %s says, when a node has it', async (_, error) => {
    script(error)
    poolHas(true)
    expect(await run()).toBe('sent')
    expect(node.count(lookup)).toBe(1)
  })

  it.each(meaningless)(
    'was refused with error %s when no node has it, unless the node failed inside',
    async (code, answer) => {
      script(answer)
      poolHas(false)
      const error = await run()
      expect([error, mayBeSent(error)]).toMatchObject([{ code: 'CHAIN_RPC_ERROR' }, code === -32603])
    },
  )

  it('may be sent when a node failed inside and then said "nonce too low", though no node shows it', async () => {
    script({ error: { code: -32603, message: 'internal error' } }, refusal('nonce too low'))
    poolHas(false)
    const error = await run()
    expect([error, mayBeSent(error)]).toMatchObject([{ code: 'CHAIN_NONCE' }, true])
  })

  it('may be sent nevertheless after an error that says nothing when no node can be asked', async () => {
    script({ error: { code: -32000, message: 'upstream said something' } })
    const error = await run()
    expect([error, mayBeSent(error)]).toMatchObject([
      { code: 'CHAIN_RPC_ERROR', details: { hash: transaction.hash } },
      true,
    ])
  })

  it('may be sent nevertheless when one endpoint did not answer and another refused', async () => {
    const other = await startScriptedNode()
    const both = createRpcPool({
      ...usualRpc,
      urls: [node.url, other.url],
      chainId: 14800,
      timeoutMs: 300,
      patienceMs: 0,
    })
    const refuse = refusal('insufficient funds for gas * price + value')
    for (const one of [node, other]) one.answer = ({ method }) => (method === sent ? refuse : undefined)
    // Whichever comes first swallows it.
    for (const one of [node, other]) {
      one.misbehave = ([call]) =>
        call?.method === sent && node.count(sent) + other.count(sent) === 1 ? { hang: true } : undefined
    }
    const error = await broadcast(both, transaction, { stickyKey: '0x1' }).catch((reason: unknown) => reason)
    expect([error, mayBeSent(error)]).toMatchObject([{ code: 'CHAIN_INSUFFICIENT_FUNDS' }, true])
    await both.close()
    await other.stop()
  })

  it('is not sent when no endpoint was even asked', async () => {
    node.misbehave = () => ({ drop: 'before' })
    const error = await run()
    expect([error, mayBeSent(error)]).toMatchObject([{ code: 'CHAIN_UNREACHABLE' }, false])
    expect(node.count(sent)).toBe(0)
  })

  it('takes "nonce too low" for success when the chain has this very transaction', async () => {
    script({ drop: 'after' }, refusal('nonce too low'))
    poolHas(true)
    expect(await run()).toBe('sent')
  })

  it('is refused for "nonce too low" when the nonce went to another transaction', async () => {
    script(refusal('nonce too low'))
    poolHas(false)
    const error = await run()
    expect(error).toMatchObject({ code: 'CHAIN_NONCE', details: { reason: 'nonce-too-low' } })
    expect(mayBeSent(error)).toBe(false)
  })

  it('says that it may be sent nevertheless when no attempt was answered', async () => {
    script({ drop: 'before' })
    const error = await run()
    expect(error).toMatchObject({ code: 'CHAIN_UNREACHABLE', details: { hash: transaction.hash } })
    expect(mayBeSent(error)).toBe(true)
    expect(node.count(sent)).toBe(3)
  })

  it('does not say so after a plain refusal, but does when an answer was lost before it', async () => {
    script(refusal('insufficient funds for gas * price + value'))
    const plain = await run()
    expect([plain, mayBeSent(plain)]).toMatchObject([{ code: 'CHAIN_INSUFFICIENT_FUNDS' }, false])
    node.received.length = 0
    script({ drop: 'after' }, refusal('insufficient funds for gas * price + value'))
    expect(mayBeSent(await run())).toBe(true)
  })
})
