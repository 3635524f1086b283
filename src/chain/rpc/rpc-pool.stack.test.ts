import { afterEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../async/manual-clock.fixture.ts'
import { usualRpc } from '../../config/usual-settings.fixture.ts'
import type { RpcCallEvent, RpcPool, RpcPoolOptions } from './rpc.ts'
import { createRpcPool } from './rpc-pool.ts'
import { type ScriptedNode, startScriptedNode } from './scripted-node.fixture.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function startNode(options?: { chainId?: number }): Promise<ScriptedNode> {
  const node = await startScriptedNode(options)
  open.push({ close: node.stop })
  node.answer = ({ method }) => (method === 'eth_blockNumber' ? { result: '0x7' } : undefined)
  return node
}

/** A pool that asks each endpoint once, unless it is given patience. */
function poolOver(nodes: readonly { url: string }[], options: Partial<RpcPoolOptions> = {}): RpcPool {
  const urls = nodes.map(({ url }) => url)
  const pool = createRpcPool({ ...usualRpc, urls, chainId: 14800, patienceMs: 0, ...options })
  open.push(pool)
  return pool
}

/** Lets a node have blocks up to a number; a liar cannot show the one before its newest. */
function withBlocks(node: ScriptedNode, newest: number, { shows = true } = {}): void {
  const block = (number: number) => ({
    result: { number: `0x${number.toString(16)}`, parentHash: `0x${'0'.repeat(63)}1` },
  })
  node.answer = ({ method }) => {
    if (method === 'eth_getBlockByNumber') return block(newest)
    if (method === 'eth_getBlockByHash') return shows ? block(newest - 1) : { result: null }
    return method === 'eth_blockNumber' ? { result: '0x7' } : undefined
  }
}

describe('a pool of one endpoint', () => {
  it('holds the endpoint to the chain id once, however many ask at first', async () => {
    const node = await startNode()
    const pool = poolOver([node])
    const blocks = await Promise.all(Array.from({ length: 20 }, () => pool.request('eth_blockNumber')))
    expect(new Set(blocks)).toEqual(new Set(['0x7']))
    expect(node.count('eth_chainId')).toBe(1)
    expect(pool.calls()).toEqual({
      total: 21,
      failed: 0,
      byMethod: { eth_chainId: 1, eth_blockNumber: 20 },
      byEndpoint: { [node.url]: 21 },
    })
  })

  it('asks for the chain id again when the first attempt failed', async () => {
    const node = await startNode()
    const pool = poolOver([node])
    node.misbehave = () => ({ drop: 'before' })
    await expect(pool.request('eth_blockNumber')).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' })
    node.misbehave = () => undefined
    expect(await pool.request('eth_blockNumber')).toBe('0x7')
  })

  it('believes nothing of an endpoint of another chain', async () => {
    const node = await startNode({ chainId: 1480 })
    const pool = poolOver([node])
    await expect(pool.request('eth_blockNumber')).rejects.toMatchObject({
      code: 'CHAIN_WRONG_ID',
      details: { expected: 14800, found: 1480 },
    })
    expect(node.count('eth_blockNumber')).toBe(0)
  })

  it.each([null, '0x', 'moksha', { id: 1 }])(
    'believes nothing of an endpoint whose chain id is %s',
    async (id) => {
      const node = await startNode()
      node.answer = ({ method }) => (method === 'eth_chainId' ? { result: id } : undefined)
      await expect(poolOver([node]).request('eth_blockNumber')).rejects.toMatchObject({
        code: 'CHAIN_RPC_ERROR',
        message: expect.stringContaining('eth_chainId'),
      })
      expect(node.count('eth_blockNumber')).toBe(0)
    },
  )

  it('finds the answer when a gateway writes the id of the call as text', async () => {
    const node = await startNode()
    node.answer = (call) => {
      const answer = call.method === 'eth_blockNumber' ? { result: '0x7' } : { result: '0x39d0' }
      return { ...answer, id: String(call.id) }
    }
    const pool = poolOver([node])
    expect(await pool.request('eth_blockNumber')).toBe('0x7')
    const calls = [1, 2].map(() => ({ method: 'eth_blockNumber', params: [] }))
    expect(await pool.batch(calls)).toEqual([1, 2].map(() => ({ ok: true, result: '0x7' })))
  })

  it('gives a result of null as it is', async () => {
    const node = await startNode()
    node.answer = ({ method }) => (method === 'eth_getTransactionReceipt' ? { result: null } : undefined)
    expect(await poolOver([node]).request('eth_getTransactionReceipt', ['0x1'])).toBeNull()
  })

  it.each([
    ['an error of the node', { error: { code: -32000, message: 'nonce too low' } }, 'CHAIN_NONCE'],
    ['no JSON-RPC', {} as { result: unknown }, 'CHAIN_UNREACHABLE'],
    ['an error that is none', { error: 'unauthorized' as never }, 'CHAIN_UNREACHABLE'],
    ['the answer to another call', { id: 77, result: '0x7' }, 'CHAIN_RPC_ERROR'],
  ])('rejects %s, and counts it as failed', async (_, answer, code) => {
    const node = await startNode()
    node.answer = ({ method }) => (method === 'eth_chainId' ? undefined : answer)
    const pool = poolOver([node])
    await expect(pool.request('eth_sendRawTransaction', ['0x'])).rejects.toMatchObject({ code })
    expect(pool.calls().failed).toBe(1)
  })

  it.each([
    ['refuses connections', undefined],
    ['drops the connection', { drop: 'before' }],
    ['answers HTTP 502 in HTML', { http: 502, body: '<html>' }],
    ['answers HTTP 401', { http: 401, body: '{"message":"bad key"}' }],
    ['answers HTTP 401 with a bare error', { http: 401, body: '{"error":"bad key"}' }],
    ['hangs', { hang: true }],
    ['drips its body for ever', { drip: true }],
  ] as const)('rejects with CHAIN_UNREACHABLE when the endpoint %s', async (_, fault) => {
    const node = await startNode()
    const pool = poolOver([node], { timeoutMs: 150 })
    if (fault === undefined) await node.stop()
    else node.misbehave = () => fault
    await expect(pool.request('eth_blockNumber')).rejects.toMatchObject({
      code: 'CHAIN_UNREACHABLE',
      retriable: true,
    })
  })

  it('takes a JSON-RPC error under an HTTP error status for what it says', async () => {
    const node = await startNode()
    const pool = poolOver([node])
    await pool.request('eth_blockNumber')
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'nonce too low' } })
    node.misbehave = () => ({ http: 400, body })
    await expect(pool.request('eth_sendRawTransaction', ['0x'])).rejects.toMatchObject({
      code: 'CHAIN_NONCE',
    })
  })

  it('waits out the pause that a 429 asks for, then asks again', async () => {
    const node = await startNode()
    const clock = createManualClock()
    const pool = poolOver([node], { clock, random: () => 0 })
    await pool.request('eth_blockNumber')
    node.misbehave = () => ({ http: 429, headers: { 'retry-after': '2' } })
    const limits: unknown[] = []
    const unwatch = pool.onRateLimit((...limit) => limits.push(limit))
    const asking = pool.request('eth_blockNumber')
    await expect.poll(() => pool.endpoints()[0]?.state).toBe('paused')
    node.misbehave = () => undefined
    await clock.advanceTo(1999)
    expect(node.count('eth_blockNumber')).toBe(2)
    await clock.advanceTo(2000)
    expect(await asking).toBe('0x7')
    expect(limits).toEqual([['eth_blockNumber', 2000]])
    unwatch()
    node.misbehave = () => ({ http: 429, headers: { 'retry-after': '0' } })
    await expect(pool.request('eth_blockNumber')).rejects.toMatchObject({ code: 'CHAIN_RATE_LIMITED' })
    expect(limits).toHaveLength(1)
  })

  it('keeps everybody else away during the pause, too', async () => {
    const node = await startNode()
    const clock = createManualClock()
    const pool = poolOver([node], { clock, random: () => 0, rateLimitRetries: 0 })
    await pool.request('eth_blockNumber')
    node.misbehave = () => ({ http: 429, headers: { 'retry-after': '2' } })
    const asking = pool.request('eth_blockNumber')
    await expect(asking).rejects.toMatchObject({
      code: 'CHAIN_RATE_LIMITED',
      details: { retryAfterMs: 2000 },
    })
    await expect(pool.request('eth_blockNumber')).rejects.toMatchObject({ code: 'CHAIN_RATE_LIMITED' })
    expect(node.count('eth_blockNumber')).toBe(2)
  })

  it('is checked again after the pause that it asked for, a few times', async () => {
    const node = await startNode()
    withBlocks(node, 7)
    const clock = createManualClock()
    const pool = poolOver([node], { clock, random: () => 0, rateLimitRetries: 1 })
    node.misbehave = () => ({ http: 429, headers: { 'retry-after': '2' } })
    const checking = pool.check()
    await expect.poll(() => pool.endpoints()[0]?.state).toBe('paused')
    node.misbehave = () => undefined
    await clock.advanceTo(2000)
    expect(await checking).toEqual([])
    node.misbehave = () => ({ http: 429, headers: { 'retry-after': '0' } })
    await expect(pool.check()).rejects.toMatchObject({ code: 'CHAIN_RATE_LIMITED' })
    expect(pool.endpoints()[0]?.rateLimited).toBe(3)
  })

  it.each([
    [-32005, 'daily request count exceeded, request rate limited', undefined, 500],
    [-32007, '50/second request limit reached', undefined, 500],
    [-32000, 'Too many requests, retry in 2s', undefined, 2000],
    [-32005, 'project rate limit', { rate: { backoff_seconds: 3 } }, 3000],
  ])(
    'counts and waits out a rate limit that comes under HTTP 200: %i %s',
    async (code, message, data, ms) => {
      const node = await startNode()
      const clock = createManualClock()
      const pool = poolOver([node], { clock, random: () => 0 })
      await pool.request('eth_blockNumber')
      const limits: unknown[] = []
      pool.onRateLimit((...limit) => limits.push(limit))
      node.answer = () => ({ error: { code, message, ...(data !== undefined && { data }) } })
      const asking = pool.request('eth_blockNumber')
      await expect.poll(() => pool.endpoints()[0]?.state).toBe('paused')
      node.answer = () => ({ result: '0x8' })
      await clock.advanceTo(ms - 1)
      expect(node.count('eth_blockNumber')).toBe(2)
      await clock.advanceTo(ms)
      expect(await asking).toBe('0x8')
      expect(pool.endpoints()[0]).toMatchObject({ rateLimited: 1, pausedMs: ms })
      expect(limits).toHaveLength(1)
    },
  )

  it('stops asking an endpoint that fails again and again', async () => {
    const node = await startNode()
    const clock = createManualClock()
    const pool = poolOver([node], { clock, health: { failuresToOpen: 3, openMs: 1000 } })
    await pool.request('eth_blockNumber')
    node.misbehave = () => ({ drop: 'before' })
    for (let i = 0; i < 10; i += 1) {
      await expect(pool.request('eth_blockNumber')).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' })
    }
    expect(node.count('eth_blockNumber')).toBe(4)
    node.misbehave = () => undefined
    await clock.advanceTo(1000)
    expect(await pool.request('eth_blockNumber')).toBe('0x7')
    expect(pool.endpoints()[0]?.state).toBe('closed')
  })

  it('tells the errors that are an answer from those that are a failure of the endpoint', async () => {
    const node = await startNode()
    const pool = poolOver([node])
    await pool.request('eth_blockNumber')
    node.answer = ({ method, params: [what] }) => {
      if (method !== 'eth_call') return { result: '0x7' }
      if (what === 'revert') return { error: { code: 3, message: 'execution reverted', data: '0x' } }
      return { error: { code: what === 'broken' ? -32603 : -32000, message: `${what}` } }
    }
    for (const what of ['revert', 'insufficient funds', 'broken']) {
      await expect(pool.request('eth_call', [what])).rejects.toThrow()
    }
    node.misbehave = () => ({ http: 502 })
    await expect(pool.request('eth_call')).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' })
    node.misbehave = () => undefined
    const call = (what: string) => ({ method: 'eth_call', params: [what] })
    await pool.batch([call('revert'), { method: 'eth_blockNumber', params: [] }, call('broken')])
    expect(pool.endpoints()).toMatchObject([{ calls: 9, failed: 6, rejected: 3, rateLimited: 0 }])
  })

  it('rejects with the reason of the signal, which does not count against the endpoint', async () => {
    const node = await startNode()
    const pool = poolOver([node], { health: { failuresToOpen: 1 } })
    await pool.request('eth_blockNumber')
    node.misbehave = () => ({ hang: true })
    const stop = new AbortController()
    const asking = pool.request('eth_blockNumber', [], { signal: stop.signal })
    await expect.poll(() => node.count('eth_blockNumber')).toBe(2)
    stop.abort(new Error('run stopped'))
    await expect(asking).rejects.toThrow('run stopped')
    expect(pool.endpoints()[0]).toMatchObject({ state: 'closed', failed: 0 })
    await expect(pool.request('eth_blockNumber', [], { signal: stop.signal })).rejects.toThrow('run stopped')
  })

  it('spaces requests to the given rate', async () => {
    const node = await startNode()
    const clock = createManualClock()
    const pool = poolOver([node], { clock, ratePerSecond: 2 })
    // The chain id and one request use up the burst of two.
    await pool.request('eth_blockNumber')
    const second = pool.request('eth_blockNumber')
    await clock.advanceTo(499)
    expect(node.count('eth_blockNumber')).toBe(1)
    await clock.advanceTo(500)
    expect(await second).toBe('0x7')
  })

  it('reports each call with its duration and outcome', async () => {
    const node = await startNode()
    const events: RpcCallEvent[] = []
    const pool = poolOver([node], { onCall: (event) => events.push(event) })
    await pool.batch([
      { method: 'eth_blockNumber', params: [] },
      { method: 'eth_nonsense', params: [] },
    ])
    expect(events.map(({ method, ok }) => [method, ok])).toEqual([
      ['eth_chainId', true],
      ['eth_blockNumber', true],
      ['eth_nonsense', false],
    ])
    expect(events.every(({ durationMs, endpoint }) => durationMs >= 0 && endpoint === node.url)).toBe(true)
  })

  it('never shows the key in its URL', async () => {
    const node = await startNode()
    await node.stop()
    const key = 'S3cretKey0123456789'
    const pool = poolOver([{ url: `${node.url}/v2/${key}?apikey=${key}` }], { patienceMs: 300 })
    const error: unknown = await pool.request('eth_blockNumber').catch((caught: unknown) => caught)
    expect(JSON.stringify([error, (error as Error).message, pool.calls(), pool.endpoints()])).not.toContain(
      key,
    )
    expect(() => createRpcPool({ ...usualRpc, urls: [`ws://h/${key}`], chainId: 1 })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.not.stringContaining(key) }),
    )
  })
})

describe('a batch', () => {
  it('gives each outcome in the order of its calls, in whatever order the node answers', async () => {
    const node = await startNode()
    node.answer = ({ method, params }) =>
      method === 'eth_call'
        ? params[0] === 'bad'
          ? { error: { code: 3, message: 'no', data: '0xb5b6936d' } }
          : { result: params[0] }
        : undefined
    const pool = poolOver([node])
    const calls = ['a', 'bad', 'c'].map((name) => ({ method: 'eth_call', params: [name] }))
    const outcomes = await pool.batch(calls)
    expect(outcomes).toEqual([
      { ok: true, result: 'a' },
      { ok: false, error: expect.objectContaining({ code: 'TX_REVERTED' }) },
      { ok: true, result: 'c' },
    ])
    expect(await pool.batch([])).toEqual([])
  })

  it('is sorted by id', async () => {
    const node = await startNode()
    const pool = poolOver([node])
    await pool.request('eth_blockNumber')
    node.misbehave = (calls) => ({
      http: 200,
      body: JSON.stringify(
        [...calls].reverse().map(({ id, params }) => ({ jsonrpc: '2.0', id, result: params[0] })),
      ),
    })
    const outcomes = await pool.batch(['a', 'b'].map((name) => ({ method: 'eth_call', params: [name] })))
    expect(outcomes).toEqual([
      { ok: true, result: 'a' },
      { ok: true, result: 'b' },
    ])
  })

  it('that is refused as a whole, or answered in part, gives an error for each call that has no answer', async () => {
    const node = await startNode()
    const pool = poolOver([node])
    await pool.request('eth_blockNumber')
    const calls = ['a', 'b'].map((name) => ({ method: 'eth_call', params: [name] }))
    const error = { code: -32600, message: 'batch limit exceeded' }
    node.misbehave = () => ({ http: 200, body: JSON.stringify({ jsonrpc: '2.0', id: null, error }) })
    expect(await pool.batch(calls)).toMatchObject([
      { error: { code: 'CHAIN_RPC_ERROR' } },
      { error: { code: 'CHAIN_RPC_ERROR' } },
    ])
    node.misbehave = ([first]) => ({
      http: 200,
      body: JSON.stringify([{ jsonrpc: '2.0', id: first?.id, result: 'a' }]),
    })
    expect(await pool.batch(calls)).toMatchObject([{ result: 'a' }, { error: { code: 'CHAIN_RPC_ERROR' } }])
  })
})

describe('a pool of several endpoints', () => {
  it('sends all requests of one key to the same endpoint, and different keys to different ones', async () => {
    const nodes = await Promise.all([startNode(), startNode(), startNode()])
    const pool = poolOver(nodes)
    for (let key = 0; key < 30; key += 1) {
      const before = nodes.map((node) => node.count('eth_blockNumber'))
      for (let i = 0; i < 3; i += 1) await pool.request('eth_blockNumber', [], { stickyKey: `0xUser${key}` })
      const used = nodes.filter((node, i) => node.count('eth_blockNumber') > (before[i] ?? 0))
      expect(used).toHaveLength(1)
    }
    expect(nodes.every((node) => node.count('eth_blockNumber') > 0)).toBe(true)
  })

  it('takes turns without a key', async () => {
    const nodes = await Promise.all([startNode(), startNode()])
    const pool = poolOver(nodes)
    for (let i = 0; i < 6; i += 1) await pool.request('eth_blockNumber')
    expect(nodes.map((node) => node.count('eth_blockNumber'))).toEqual([3, 3])
  })

  it.each([
    ['is gone', { drop: 'before' }],
    ['asks for a pause', { http: 429, headers: { 'retry-after': '60' } }],
  ] as const)('goes on to the next endpoint when one %s, at once', async (_, fault) => {
    const [bad, good] = await Promise.all([startNode(), startNode()])
    bad.misbehave = () => fault
    const pool = poolOver([bad, good])
    for (let i = 0; i < 4; i += 1) expect(await pool.request('eth_blockNumber')).toBe('0x7')
    expect(good.count('eth_blockNumber')).toBe(4)
  })

  it('does not repeat elsewhere what a second time would do twice', async () => {
    const nodes = await Promise.all([startNode(), startNode()])
    const pool = poolOver(nodes)
    for (const node of nodes)
      node.misbehave = ([call]) => (call?.method === 'evm_mine' ? { drop: 'after' } : undefined)
    await expect(pool.request('evm_mine')).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' })
    expect(nodes.reduce((sum, node) => sum + node.count('evm_mine'), 0)).toBe(1)
  })

  it('does not go on to the next for a refusal', async () => {
    const nodes = await Promise.all([startNode(), startNode()])
    for (const node of nodes)
      node.answer = ({ method }) =>
        method === 'eth_call' ? { error: { code: 3, message: 'no' } } : undefined
    const pool = poolOver(nodes)
    await expect(pool.request('eth_call', [])).rejects.toMatchObject({ code: 'TX_REVERTED' })
    expect(nodes.reduce((sum, node) => sum + node.count('eth_call'), 0)).toBe(1)
  })

  it('finds the one of another chain before anything depends on it, and otherwise does without it', async () => {
    const [right, wrong] = await Promise.all([startNode(), startNode({ chainId: 1480 })])
    const pool = poolOver([right, wrong])
    for (let i = 0; i < 4; i += 1) expect(await pool.request('eth_blockNumber')).toBe('0x7')
    expect(wrong.count('eth_blockNumber')).toBe(0)
    await expect(poolOver([right, wrong]).check()).rejects.toMatchObject({
      code: 'CHAIN_WRONG_ID',
      details: { endpoint: wrong.url, found: 1480 },
    })
  })

  it.each([
    ['that has asked for a pause before', 2],
    ['that asks for one when it is checked', 2],
    ['that asks for one without a length', 0],
  ])('waits for the one of another chain %s', async (how, seconds) => {
    const [right, wrong] = await Promise.all([startNode(), startNode({ chainId: 1480 })])
    withBlocks(right, 7)
    const clock = createManualClock()
    const pool = poolOver([right, wrong], { clock, random: () => 0 })
    let refusals = 1
    wrong.misbehave = () =>
      refusals-- > 0 ? { http: 429, headers: { 'retry-after': String(seconds) } } : undefined
    if (how.includes('before')) {
      for (let i = 0; i < 2; i += 1) expect(await pool.request('eth_blockNumber')).toBe('0x7')
      expect(pool.endpoints()[1]?.state).toBe('paused')
    }
    const checking = expect(pool.check()).rejects.toMatchObject({
      code: 'CHAIN_WRONG_ID',
      details: { endpoint: wrong.url, found: 1480 },
    })
    await expect.poll(() => pool.endpoints()[1]?.rateLimited).toBe(1)
    await clock.advanceTo(2000)
    await checking
  })

  it('says that it does not know which chain one serves that goes on asking for pauses, or was not there', async () => {
    const [right, shy] = await Promise.all([startNode(), startNode({ chainId: 1480 })])
    withBlocks(right, 7)
    const options = { rateLimitRetries: 1, health: { failuresToOpen: 1 } }
    shy.misbehave = () => ({ http: 429, headers: { 'retry-after': '0.01' } })
    expect(await poolOver([right, shy], options).check()).toMatchObject([{ code: 'CHAIN_RATE_LIMITED' }])
    shy.misbehave = () => ({ drop: 'before' })
    const pool = poolOver([right, shy], options)
    for (let i = 0; i < 2; i += 1) await pool.request('eth_blockNumber')
    expect(await pool.check()).toMatchObject([
      { code: 'CHAIN_UNREACHABLE', message: expect.stringContaining('which chain it serves is not known') },
    ])
  })

  it('finds the one of another chain however often it is asked', async () => {
    const [right, wrong] = await Promise.all([startNode(), startNode({ chainId: 1480 })])
    withBlocks(right, 7)
    const pool = poolOver([right, wrong])
    for (let i = 0; i < 2; i += 1)
      await expect(pool.check()).rejects.toMatchObject({ code: 'CHAIN_WRONG_ID' })
  })

  it('says which cannot be used while others can, and fails only when none can', async () => {
    const nodes = await Promise.all([startNode(), startNode()])
    for (const node of nodes) withBlocks(node, 7)
    const pool = poolOver(nodes)
    expect(await pool.check()).toEqual([])
    await nodes[0]?.stop()
    expect(await poolOver(nodes).check()).toMatchObject([{ code: 'CHAIN_UNREACHABLE' }])
    await nodes[1]?.stop()
    await expect(poolOver(nodes).check()).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' })
  })

  it('asks the one that lags behind last', async () => {
    const [good, old] = await Promise.all([startNode(), startNode()])
    withBlocks(good, 100)
    withBlocks(old, 40)
    const pool = poolOver([good, old])
    expect(await pool.check()).toMatchObject([
      { code: 'CHAIN_HEAD_MISMATCH', message: expect.stringContaining('60 blocks behind') },
    ])
    for (let i = 0; i < 6; i += 1) await pool.request('eth_blockNumber', [], { stickyKey: `0x${i}` })
    expect([good, old].map((node) => node.count('eth_blockNumber'))).toEqual([6, 0])
    expect(pool.endpoints().map(({ headLag, falseHead }) => [headLag, falseHead])).toEqual([
      [0, false],
      [60, false],
    ])
  })

  it('does not believe a head that is far ahead and not there', async () => {
    const [liar, good] = await Promise.all([startNode(), startNode()])
    withBlocks(liar, 9000, { shows: false })
    withBlocks(good, 100)
    const pool = poolOver([liar, good])
    expect(await pool.check()).toMatchObject([
      { code: 'CHAIN_HEAD_MISMATCH', message: expect.stringContaining('claims block 9000') },
    ])
    for (let i = 0; i < 6; i += 1) await pool.request('eth_blockNumber')
    expect([liar, good].map((node) => node.count('eth_blockNumber'))).toEqual([0, 6])
    expect(pool.endpoints()[0]?.falseHead).toBe(true)
  })

  it('says for how long the newest block of each has stood still, by what it is asked anyhow', async () => {
    const [frozen, good] = await Promise.all([startNode(), startNode()])
    let nowMs = 0
    const clock = { now: () => nowMs, sleepUntil: () => Promise.resolve() }
    const pools = [frozen, good].map((node) => poolOver([node], { clock }))
    for (; nowMs <= 40_000; nowMs += 8000) {
      withBlocks(frozen, 7)
      withBlocks(good, 7 + nowMs / 8000)
      for (const pool of pools) await pool.request('eth_getBlockByNumber', ['latest', false])
    }
    nowMs = 40_000
    expect(pools.map((pool) => pool.endpoints()[0]?.stalledMs)).toEqual([40_000, 0])
  })

  it('keeps account of each: calls, failures, refusals, waiting for the own rate', async () => {
    const [busy, idle] = await Promise.all([startNode(), startNode()])
    const clock = createManualClock()
    const pool = poolOver([busy, idle], { clock, ratePerSecond: 4, random: () => 0 })
    await pool.request('eth_blockNumber', [], { stickyKey: '0xUser' })
    const [first, second] = pool.endpoints().map(({ calls }) => calls)
    const [label, other] = (first ?? 0) > (second ?? 0) ? [busy.url, idle.url] : [idle.url, busy.url]
    const used = [busy, idle].find(({ url }) => url === label)
    if (used === undefined) throw new Error('none was used')
    used.misbehave = () => ({ http: 429, headers: { 'retry-after': '5' } })
    await pool.request('eth_blockNumber', [], { stickyKey: '0xUser' })
    await clock.advanceTo(2000)
    const stats = Object.fromEntries(pool.endpoints().map((one) => [one.label, one]))
    expect(stats[label]).toMatchObject({ rateLimited: 1, state: 'paused', pausedMs: 2000, openMs: 0 })
    expect(stats[label]?.failed).toBeGreaterThan(0)
    expect(stats[other]).toMatchObject({ rateLimited: 0, state: 'closed', pausedMs: 0 })
    expect(stats[label]?.latencyMs.count).toBeGreaterThan(0)
  })

  it('tells two endpoints apart that look alike without their keys', async () => {
    const node = await startNode()
    const pool = poolOver([{ url: `${node.url}/?key=1` }, { url: `${node.url}/?key=2` }])
    expect(pool.endpoints().map(({ label }) => label)).toEqual([`${node.url}/***`, `${node.url}/*** (2)`])
  })

  it('needs at least one', () => {
    expect(() => createRpcPool({ ...usualRpc, urls: [], chainId: 1 })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})
