import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { usualRpc } from '../../config/usual-settings.fixture.ts'
import { createBatchCaller } from './batch-caller.ts'
import type { RpcPool } from './rpc.ts'
import { createRpcPool } from './rpc-pool.ts'
import { type Misbehaviour, type ScriptedNode, startScriptedNode } from './scripted-node.fixture.ts'

let node: ScriptedNode
let rpc: RpcPool
/** Calls of each request, in order. */
let requests: number[]
beforeEach(async () => {
  node = await startScriptedNode()
  rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: 14800, random: () => 0 })
  node.answer = ({ method, params }) => (method === 'eth_getBalance' ? { result: params[0] } : undefined)
  requests = []
  node.misbehave = (calls) => void requests.push(calls.length)
  await rpc.request('eth_chainId')
  requests.splice(0)
})
afterEach(async () => {
  await rpc.close()
  await node.stop()
})

const callsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ method: 'eth_getBalance', params: [`0x${i}`] }))
const allOf = (count: number) => callsOf(count).map(({ params }) => ({ ok: true, result: params[0] }))

/** Lets batches, and nothing else, fail in some way. */
function refuseBatches(how: (calls: readonly { id: unknown }[]) => Misbehaviour | undefined): void {
  node.misbehave = (calls) => {
    requests.push(calls.length)
    return calls.length > 1 ? how(calls) : undefined
  }
}

const body = (answer: unknown): Misbehaviour => ({ http: 200, body: JSON.stringify(answer) })
const error = (code: number, message: string) => ({ jsonrpc: '2.0', id: null, error: { code, message } })

describe('many calls at once', () => {
  it('go out in batches of a hundred', async () => {
    expect(await createBatchCaller(rpc)(callsOf(250))).toEqual(allOf(250))
    expect(requests).toEqual([100, 100, 50])
  })

  it.each<[string, Misbehaviour, number]>([
    ['HTTP 400', { http: 400, body: 'no batches' }, 1],
    ['HTTP 405', { http: 405 }, 1],
    ['HTTP 413', { http: 413 }, 1],
    ['HTTP 500', { http: 500 }, 2],
    ['HTTP 501', { http: 501 }, 2],
    ['HTTP 502', { http: 502, body: '<html>' }, 2],
    ['a cut connection', { drop: 'before' }, 2],
    ['one error for the whole', body(error(-32600, 'no batches')), 1],
    ['one internal error for the whole', body(error(-32603, 'internal error')), 2],
    ['a limit of the batch', body(error(-32005, 'Number of requests exceeds max batch size')), 1],
    ['a list without answers', body([]), 2],
    ['no list', body('no'), 1],
  ])('go out one by one after %s, and stay so', async (_, refusal, times) => {
    refuseBatches(() => refusal)
    const callAll = createBatchCaller(rpc)
    for (let i = 0; i < 3; i += 1) expect(await callAll(callsOf(12))).toEqual(allOf(12))
    expect(requests.filter((calls) => calls > 1)).toHaveLength(times)
  })

  it('go out in batches again after a failure that passed', async () => {
    let failures = 1
    refuseBatches(() => (failures-- > 0 ? { http: 503 } : undefined))
    const callAll = createBatchCaller(rpc)
    for (let i = 0; i < 2; i += 1) expect(await callAll(callsOf(12))).toEqual(allOf(12))
    expect(requests).toEqual([12, 1, 11, 12])
  })

  it('are made again one by one where an answer is missing, without a word against batches', async () => {
    refuseBatches((calls) =>
      body(calls.slice(1).map(({ id }, i) => ({ jsonrpc: '2.0', id, result: `0x${i + 1}` }))),
    )
    const callAll = createBatchCaller(rpc)
    for (let i = 0; i < 3; i += 1) expect(await callAll(callsOf(5))).toEqual(allOf(5))
    expect(requests).toEqual([5, 1, 5, 1, 5, 1])
  })

  it('keep batches where each call has the same error on its own', async () => {
    node.answer = () => ({ error: { code: -32000, message: 'no such account' } })
    const callAll = createBatchCaller(rpc)
    for (let i = 0; i < 2; i += 1) {
      expect((await callAll(callsOf(3))).map(({ ok }) => ok)).toEqual([false, false, false])
    }
    expect(requests.filter((calls) => calls > 1)).toHaveLength(2)
  })

  it('end with the signal', async () => {
    refuseBatches(() => ({ hang: true }))
    const stop = new AbortController()
    const asking = createBatchCaller(rpc)(callsOf(3), { signal: stop.signal })
    await expect.poll(() => requests).toEqual([3])
    stop.abort(new Error('run stopped'))
    await expect(asking).rejects.toThrow('run stopped')
  })

  it('have each its own answer, whatever becomes of batches', async () => {
    const fault = fc.constantFrom<Misbehaviour | undefined>(
      undefined,
      { http: 500 },
      { http: 400 },
      { drop: 'after' },
      body([]),
      body(error(-32600, 'no')),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 6 }),
        fc.integer({ min: 0, max: 230 }),
        async (faults, count) => {
          const left = [...faults]
          refuseBatches(() => left.shift())
          expect(await createBatchCaller(rpc)(callsOf(count))).toEqual(allOf(count))
        },
      ),
      { numRuns: 40 },
    )
  })
})
