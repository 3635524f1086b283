import type { Hash } from 'viem'
import { afterEach, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { ReceiptHub } from '../../src/chain/blocks/receipt-hub.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { type ScriptedNode, startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { startAnvil } from '../../src/testbed/chain/start-anvil.ts'

/** Anvil shares the machine with other tests: whatever is waited for has time. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** A hub over anvil that mines only on request, through a node that can misbehave. */
async function startWorld() {
  const anvil = await startAnvil({ blockTime: 'instant', keepStates: 64 })
  cleanups.push(() => anvil.stop())
  const { client } = anvil
  await client.setAutomine(false)
  const node = await startScriptedNode({ upstream: anvil.rpcUrl })
  cleanups.push(node.stop)
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: anvil.chainId })
  cleanups.push(rpc.close)
  const feed = createBlockFeed({ rpc, pollIntervalMs: 10 })
  const hub = new ReceiptHub({ rpc, feed })
  cleanups.push(async () => {
    hub.close()
    feed.close()
  })
  let nonce = 0
  return {
    client,
    node,
    rpc,
    feed,
    hub,
    mine: (blocks = 1) => client.mine({ blocks }),
    /** Hands a transaction to the node and gives its hash; a call that reverts if asked. */
    async send(reverts = false): Promise<Hash> {
      const transaction = {
        from: devAccounts.funder.address,
        to: devAccounts.funder.address,
        nonce: `0x${(nonce++).toString(16)}`,
        gas: '0x186a0',
        // Init code that is nothing but an invalid instruction.
        ...(reverts ? { to: undefined, data: '0xfe' } : {}),
      }
      return (await client.request({ method: 'eth_sendTransaction', params: [transaction] } as never)) as Hash
    },
  }
}

/** What anvil answers to a call, as it is on the wire. */
const askFor = (
  client: Awaited<ReturnType<typeof startWorld>>['client'],
  method: string,
  params: unknown[],
): Promise<unknown> => client.request({ method, params } as never)

/** Fetches the answers to one method at once, and keeps them back until they are released. */
function holdAnswers(node: ScriptedNode, method: string): { waiting: number; release(): void } {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const held = { waiting: 0, release }
  node.answer = async (call) => {
    if (call.method !== method) return undefined
    const answer = await node.forward(call)
    held.waiting += 1
    await released
    return answer
  }
  return held
}

describe('the receipt hub', () => {
  it('gives the receipt with three times: submitted, first seen in a block, and the block’s own', async () => {
    const { hub, send, mine, client, feed } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const hash = await send()
    const submittedAtMs = performance.now()
    const waiting = hub.waitForReceipt(hash, { submittedAtMs, afterBlock })
    await mine()
    const mined = await waiting
    const block = await client.getBlock()
    expect(mined).toMatchObject({
      transactionHash: hash,
      status: 'success',
      blockNumber: 1,
      gasUsed: 21_000n,
      submittedAtMs,
    })
    expect(mined.blockTimestamp).toBe(Number(block.timestamp))
    expect(mined.seenAtMs).toBeGreaterThan(submittedAtMs)
    expect(mined.seenAtMs).toBeLessThanOrEqual(performance.now())
    expect(hub.pending).toBe(0)
  })

  it('resolves for a transaction that reverted, and says so', async () => {
    const { hub, send, mine } = await startWorld()
    const waiting = hub.waitForReceipt(await send(true))
    await mine()
    expect((await waiting).status).toBe('reverted')
  })

  it('costs one call a block, however many wait', async () => {
    const { hub, node, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const hashes = await Promise.all(Array.from({ length: 30 }, () => send()))
    const waiting = hashes.map((hash) => hub.waitForReceipt(hash, { afterBlock }))
    expect(hub.pending).toBe(30)
    await mine()
    expect((await Promise.all(waiting)).map(({ transactionHash }) => transactionHash)).toEqual(hashes)
    expect(node.count('eth_getBlockReceipts')).toBe(1)
    expect(node.count('eth_getTransactionReceipt')).toBe(0)
  })

  it('finds a transaction that was mined before any caller waited', async () => {
    const { hub, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const hash = await send()
    await mine(5)
    // Known to have been sent after a block in memory; not known when it was sent; and long ago.
    expect((await hub.waitForReceipt(hash, { afterBlock })).blockNumber).toBe(1)
    expect((await hub.waitForReceipt(hash)).blockNumber).toBe(1)
    await mine(100)
    await feed.head({ maxAgeMs: 0 })
    expect((await hub.waitForReceipt(hash, { afterBlock })).blockNumber).toBe(1)
  })

  it('finds a transaction in a block that the feed left out after a long idle time', async () => {
    const { hub, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const hash = await send()
    await mine(100)
    expect((await hub.waitForReceipt(hash, { afterBlock })).blockNumber).toBe(1)
  })

  it('reads a block’s receipts again until the node gives them', async () => {
    const { hub, node, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const hashes = [await send(), await send()]
    let answers = 0
    node.answer = ({ method }) => {
      if (!method.includes('Receipt') || answers >= 5) return undefined
      answers += 1
      return { result: null }
    }
    const waiting = hashes.map((hash) => hub.waitForReceipt(hash, { afterBlock }))
    await mine()
    await mine(3)
    expect((await Promise.all(waiting)).map(({ blockNumber }) => blockNumber)).toEqual([1, 1])
    expect(answers).toBe(5)
  })

  it('waits for as many confirmations as asked for', async () => {
    const { hub, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    let mined = false
    const waiting = hub.waitForReceipt(await send(), { afterBlock, confirmations: 3 }).then((receipt) => {
      mined = true
      return receipt
    })
    await mine(2)
    await eventually(() => feed.latest()?.number).toBe(2)
    expect(mined).toBe(false)
    await mine()
    expect((await waiting).blockNumber).toBe(1)
  })

  it('forgets a block that a reorganization took away, and waits for the next with the transaction', async () => {
    const { hub, client, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const hash = await send()
    const waiting = hub.waitForReceipt(hash, { afterBlock, confirmations: 3 })
    await mine(2)
    await eventually(() => feed.latest()?.number).toBe(2)
    const raw = (await client.request({
      method: 'eth_getRawTransactionByHash',
      params: [hash],
    } as never)) as Hash
    // The transaction comes back in block 2 of the new branch.
    await client.request({ method: 'anvil_reorg', params: [2, [[raw, 1]]] } as never)
    await mine(2)
    const mined = await waiting
    expect(mined.blockNumber).toBe(2)
    expect(mined.blockHash).toBe((await client.getBlock({ blockNumber: 2n })).hash)
    expect(feed.stats().reorgs).toBe(1)
  })

  it('counts the blocks that came while the receipt was being read', async () => {
    const { hub, node, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const held = holdAnswers(node, 'eth_getTransactionReceipt')
    const waiting = hub.waitForReceipt(await send(), { afterBlock, confirmations: 3 })
    await mine(3)
    await eventually(() => feed.latest()?.number).toBe(3)
    held.release()
    expect((await waiting).blockNumber).toBe(1)
  })

  it('does not forget who begins to wait while the block’s receipts are being read', async () => {
    const { hub, node, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const [first, second] = [await send(), await send()]
    const held = holdAnswers(node, 'eth_getTransactionReceipt')
    const early = hub.waitForReceipt(first, { afterBlock })
    await mine()
    await eventually(() => held.waiting).toBe(1)
    const late = hub.waitForReceipt(second, { afterBlock })
    held.release()
    expect([(await early).transactionHash, (await late).transactionHash]).toEqual([first, second])
  })

  it('does not believe a receipt whose block went away while it was being read', async () => {
    const { hub, node, feed, client, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const hash = await send()
    const raw = (await client.request({
      method: 'eth_getRawTransactionByHash',
      params: [hash],
    } as never)) as Hash
    const held = holdAnswers(node, 'eth_getTransactionReceipt')
    const waiting = hub.waitForReceipt(hash, { afterBlock, confirmations: 2 })
    await mine()
    await eventually(() => held.waiting).toBe(1)
    await client.request({ method: 'anvil_reorg', params: [1, []] } as never)
    await eventually(() => feed.stats().reorgs).toBe(1)
    held.release()
    await client.request({ method: 'eth_sendRawTransaction', params: [raw] } as never)
    await mine(2)
    expect((await waiting).blockNumber).toBe(2)
  })

  it('does not believe a receipt from a block that the feed has not in its place', async () => {
    const { hub, node, feed, client, send, mine } = await startWorld()
    await feed.head()
    const unsubscribe = feed.subscribe({ onBlock: () => {} })
    const hash = await send()
    const raw = await client.request({ method: 'eth_getRawTransactionByHash', params: [hash] } as never)
    await mine()
    const stale = { receipt: await askFor(client, 'eth_getTransactionReceipt', [hash]), isServed: true }
    const gone = await client.getBlock({ blockNumber: 1n })
    const block = await askFor(client, 'eth_getBlockByNumber', ['0x1', false])
    await client.request({ method: 'anvil_reorg', params: [1, []] } as never)
    await mine()
    await eventually(() => feed.latest()?.number).toBe(2)
    node.answer = ({ method, params }) => {
      if (!stale.isServed) return undefined
      if (method === 'eth_getTransactionReceipt') return { result: stale.receipt }
      return method === 'eth_getBlockByHash' && params[0] === gone.hash ? { result: block } : undefined
    }
    const waiting = hub.waitForReceipt(hash, { confirmations: 3 })
    await eventually(() => node.count('eth_getTransactionReceipt')).toBeGreaterThan(0)
    await mine(2)
    await eventually(() => feed.latest()?.number).toBe(4)
    stale.isServed = false
    await client.request({ method: 'eth_sendRawTransaction', params: [raw] } as never)
    await mine(3)
    expect((await waiting).blockNumber).toBe(5)
    unsubscribe()
  })

  it.each([
    ['still waits in the pool', true],
    ['is known to no node', false],
  ])('gives up after the time-out and tells whether the transaction %s', async (_, known) => {
    const { hub, client, send } = await startWorld()
    const hash = await send()
    if (!known) await client.dropTransaction({ hash })
    await expect(hub.waitForReceipt(hash, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'TX_NOT_CONFIRMED',
      message: expect.stringContaining(known ? 'still waits in the pool' : 'no node knows it'),
      details: { hash, known },
    })
    expect(hub.pending).toBe(0)
  })

  it('tells that a node has the transaction in a block, and gives no receipt', async () => {
    const { hub, node, send, mine } = await startWorld()
    const hash = await send()
    node.answer = ({ method }) => (/Receipt/.test(method) ? { result: null } : undefined)
    await mine()
    await expect(hub.waitForReceipt(hash, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'TX_NOT_CONFIRMED',
      message: expect.stringMatching(/is in block 1, as a node says, and has .*no receipt/),
      details: { hash, known: true },
    })
  })

  it('gives the receipt of the replacement to who waits for the replaced', async () => {
    const { hub, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const [old, second]: Hash[] = [`0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`]
    const early = hub.waitForReceipt(old as Hash, { afterBlock })
    const hash = await send()
    hub.replace(old as Hash, second as Hash)
    hub.replace(second as Hash, hash)
    const late = hub.waitForReceipt(old as Hash, { afterBlock })
    await mine()
    expect([(await early).transactionHash, (await late).transactionHash]).toEqual([hash, hash])
    expect(hub.pending).toBe(0)
  })

  /** Lets the node leave things out of what it says of one transaction. */
  function leaveOut(
    node: ScriptedNode,
    hash: Hash,
    fields: { receipt: string[]; transaction?: string[] },
  ): void {
    const without = (one: unknown, names: readonly string[]): unknown => {
      const entries = Object.entries(one as Record<string, unknown>)
      return Object.fromEntries(entries.map(([name, value]) => [name, names.includes(name) ? null : value]))
    }
    const isIt = (one: unknown): boolean =>
      (one as { transactionHash?: unknown } | null)?.transactionHash === hash
    node.answer = async (call) => {
      if (!/Receipt|getTransactionByHash/.test(call.method)) return undefined
      const answer = await node.forward(call)
      if ('error' in answer || answer.result === null) return answer
      if (call.method === 'eth_getTransactionByHash') {
        return { result: without(answer.result, fields.transaction ?? []) }
      }
      const receipts = Array.isArray(answer.result) ? answer.result : [answer.result]
      const result = receipts.map((one) => (isIt(one) ? without(one, fields.receipt) : one))
      return { result: Array.isArray(answer.result) ? result : result[0] }
    }
  }

  it('computes the price that a receipt leaves out', async () => {
    const { hub, send, mine, node, client } = await startWorld()
    const hash = await send()
    leaveOut(node, hash, { receipt: ['effectiveGasPrice'] })
    const waiting = hub.waitForReceipt(hash, { afterBlock: 0 })
    await mine()
    const { effectiveGasPrice } = await client.getTransactionReceipt({ hash })
    expect(effectiveGasPrice).toBeGreaterThan(0n)
    expect((await waiting).effectiveGasPrice).toBe(effectiveGasPrice)
  })

  it.each([
    [
      'without a price that can be known',
      'has no effectiveGasPrice',
      {
        receipt: ['effectiveGasPrice'],
        transaction: ['gasPrice', 'maxFeePerGas'],
      },
    ],
    ['of another shape', 'has another shape', { receipt: ['gasUsed'] }],
  ])('refuses a receipt %s by name, and gives the others of the block', async (_, words, fields) => {
    const { hub, send, mine, node } = await startWorld()
    const [bad, good, other] = [await send(), await send(), await send()]
    leaveOut(node, bad, fields)
    const waiting = [bad, good, other].map((hash) => hub.waitForReceipt(hash, { afterBlock: 0 }))
    const outcomes = Promise.allSettled(waiting)
    await mine()
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'CHAIN_RPC_ERROR', message: expect.stringContaining(words) } },
      { status: 'fulfilled', value: { transactionHash: good } },
      { status: 'fulfilled', value: { transactionHash: other } },
    ])
    expect(hub.pending).toBe(0)
  })

  it('rejects with the reason of the signal, and stops polling without a waiting caller', async () => {
    const { hub, node, feed, send, mine } = await startWorld()
    const { number: afterBlock } = await feed.head()
    const stop = new AbortController()
    const waiting = hub.waitForReceipt(await send(), { afterBlock, signal: stop.signal })
    stop.abort(new Error('run stopped'))
    await expect(waiting).rejects.toThrow('run stopped')
    await expect(hub.waitForReceipt('0x1', { signal: stop.signal })).rejects.toThrow('run stopped')
    expect(hub.pending).toBe(0)
    // Shares a check of the chain that is still in progress.
    await feed.head({ maxAgeMs: 0 })
    const asked = node.received.length
    await mine()
    await mine()
    expect(node.received.length).toBe(asked)
  })

  it('ends every wait when it is closed', async () => {
    const { hub, send } = await startWorld()
    const waiting = hub.waitForReceipt(await send())
    hub.close()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
