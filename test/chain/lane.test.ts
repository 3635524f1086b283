import { type Hash, type Hex, parseTransaction } from 'viem'
import { afterEach, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { ReceiptHub } from '../../src/chain/blocks/receipt-hub.ts'
import { Lane } from '../../src/chain/lanes/lane.ts'
import type { LaneEvent } from '../../src/chain/lanes/lane-entry.ts'
import type { LaneNote, LaneOptions } from '../../src/chain/lanes/lane-options.ts'
import { createLanePicker } from '../../src/chain/lanes/pick-lane.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { createFees, type FeePolicy } from '../../src/chain/transactions/fees.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { createRandom } from '../../src/random/random.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { startAnvil } from '../../src/testbed/chain/start-anvil.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const { address: relayer, privateKey } = devAccounts.relayer
const nobody = '0x00000000000000000000000000000000000000aa'
const transfer = { to: nobody, value: 1n, gas: 21_000n } as const
const sending = 'eth_sendRawTransaction'

/** Takes nothing for stuck, so that whatever is repaired was seen to need it. */
const unhurried = { lane: { stuckAfterBlocks: 10_000, stuckAfterMs: 10_000_000 } }

/** Anvil shares the machine with other tests: whatever is waited for has time. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

/** A lane over anvil, through a node that can misbehave. Mines on request, or automatically with `blockTime`. */
async function startWorld(
  options: { blockTime?: number; fees?: Partial<FeePolicy>; lane?: Partial<LaneOptions> } = {},
) {
  const anvil = await startAnvil({ blockTime: options.blockTime ?? 'instant', keepStates: 64 })
  cleanups.push(() => anvil.stop())
  const { client } = anvil
  if (options.blockTime === undefined) await client.setAutomine(false)
  const node = await startScriptedNode({ upstream: anvil.rpcUrl })
  cleanups.push(node.stop)
  const rpc = createRpcPool({
    ...usualRpc,
    urls: [node.url],
    chainId: anvil.chainId,
    health: { openMs: 1, maxOpenMs: 1 },
  })
  cleanups.push(rpc.close)
  const feed = createBlockFeed({ rpc, pollIntervalMs: 10 })
  cleanups.push(async () => feed.close())
  const fees = createFees({ ...usualFees, rpc, feed, ...options.fees })
  const hub = new ReceiptHub({ rpc, feed })
  cleanups.push(async () => hub.close())
  const notes: LaneNote[] = []
  const newLane = (laneOptions: Partial<LaneOptions> = {}): Lane => {
    const lane = new Lane({
      rpc,
      feed,
      fees,
      account: toNativeAccount(privateKey),
      stuckAfterBlocks: 3,
      onRepair: (note) => notes.push(note),
      ...options.lane,
      ...laneOptions,
    })
    cleanups.push(async () => lane.close())
    return lane
  }
  const request = (method: string, ...params: unknown[]): Promise<unknown> =>
    client.request({ method, params } as never)
  return {
    client,
    node,
    rpc,
    feed,
    hub,
    notes,
    newLane,
    lane: newLane(),
    request,
    actions: () => notes.map(({ action, nonce }) => `${action} ${nonce}`),
    mine: (blocks = 1) => client.mine({ blocks }),
    minedCount: () => client.getTransactionCount({ address: relayer }),
    pool: async (): Promise<number> =>
      (await client.getTxpoolStatus()).pending + (await client.getTxpoolStatus()).queued,
    /** Another program that sends with the same key. */
    elsewhere: async (nonce: number, fields: Record<string, string> = {}): Promise<Hash> =>
      (await request('eth_sendTransaction', {
        from: relayer,
        to: nobody,
        nonce: `0x${nonce.toString(16)}`,
        gas: '0x5208',
        ...fields,
      })) as Hash,
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const nonces = (submissions: readonly { nonce: number }[]): number[] =>
  submissions.map(({ nonce }) => nonce).sort((a, b) => a - b)

describe('a lane', () => {
  it('sends many at once with one nonce each, and all are mined', async () => {
    const { lane, hub } = await startWorld({ blockTime: 0.1, lane: { maxPending: 50 } })
    const submissions = await Promise.all(upTo(40).map(() => lane.send(transfer)))
    const receipts = await Promise.all(submissions.map((one) => hub.waitForReceipt(one.hash, one)))
    expect(nonces(submissions)).toEqual(upTo(40))
    expect(receipts.every(({ status }) => status === 'success')).toBe(true)
    await lane.drain()
    expect(lane.status()).toMatchObject({ pending: 0, nextNonce: 40, sent: 40, confirmed: 40, oldestMs: 0 })
  })

  it('keeps no more in flight than its window holds, and goes on as they are mined', async () => {
    const { lane, mine, pool } = await startWorld({ lane: { maxPending: 5 } })
    const all = Promise.all(upTo(12).map(() => lane.send(transfer)))
    await eventually(() => lane.status().pending).toBe(5)
    expect([await pool(), lane.status().queued, lane.room]).toEqual([5, 7, -7])
    await mine()
    await eventually(() => lane.status().queued).toBe(2)
    await eventually(async () => {
      await mine()
      return lane.room
    }).toBe(5)
    expect(await all).toHaveLength(12)
  })

  it('refuses more when its line is full, and lets go of who gives up', async () => {
    const { lane, mine } = await startWorld({ lane: { maxPending: 1, maxQueued: 1 } })
    await lane.send(transfer)
    const stop = new AbortController()
    const waiting = lane.send({ ...transfer, signal: stop.signal })
    await expect(lane.send(transfer)).rejects.toMatchObject({ code: 'LANE_BUSY', retriable: true })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await mine()
    await lane.drain()
    expect(lane.status()).toMatchObject({ nextNonce: 1, queued: 0 })
  })

  it('estimates the gas if none is given, and sends nothing that would revert', async () => {
    const { lane, request, minedCount, pool } = await startWorld()
    await request('anvil_setCode', nobody, '0x60006000fd')
    await expect(lane.send({ to: nobody })).rejects.toMatchObject({ code: 'TX_REVERTED' })
    await request('anvil_setCode', nobody, '0x')
    expect((await lane.send({ to: nobody })).gas).toBe(23_100n)
    expect([await minedCount(), await pool()]).toEqual([0, 1])
  })

  it('gives back the nonce of a send that a node refused', async () => {
    const { lane, mine, minedCount } = await startWorld()
    const tooMuch = { ...transfer, value: 10n ** 30n }
    await expect(lane.send(tooMuch)).rejects.toMatchObject({ code: 'CHAIN_INSUFFICIENT_FUNDS' })
    expect((await lane.send(transfer)).nonce).toBe(0)
    const mixed = await Promise.allSettled([lane.send(transfer), lane.send(tooMuch), lane.send(transfer)])
    expect(mixed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await eventually(async () => {
      await mine()
      return lane.status().pending
    }).toBe(0)
    expect(lane.room).toBe(32)
    // Whether the gap was filled or taken by the third: there is none.
    expect(await minedCount()).toBe((await lane.send(transfer)).nonce)
  })

  it('fills a gap on its own if no send takes it', async () => {
    const { lane, node, mine, minedCount, actions } = await startWorld()
    let refused = false
    node.answer = ({ method }) => {
      if (method !== sending || refused) return undefined
      refused = true
      return { error: { code: -32000, message: 'internal error' } }
    }
    const both = await Promise.allSettled([lane.send(transfer), lane.send(transfer)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await eventually(async () => lane.status().filledGaps).toBe(1)
    await mine()
    await lane.drain()
    expect([await minedCount(), actions()]).toEqual([2, ['filled-gap 0']])
  })

  it('sends again what a node dropped', async () => {
    const { lane, client, mine, minedCount, actions } = await startWorld(unhurried)
    const events: LaneEvent[] = []
    const { hash } = await lane.send({ ...transfer, onEvent: (event) => events.push(event) })
    await client.dropTransaction({ hash })
    await eventually(async () => {
      await mine()
      return await minedCount()
    }).toBe(1)
    await lane.drain()
    expect(events).toEqual([{ type: 'confirmed', hash, blockNumber: expect.any(Number) }])
    expect(actions()).toContain('rebroadcast 0')
  })

  it('sends again at once all of a line that a node dropped', async () => {
    const { lane, client, mine, minedCount, actions } = await startWorld(unhurried)
    const sent = []
    for (let i = 0; i < 4; i += 1) sent.push(await lane.send(transfer))
    for (const { hash } of sent) await client.dropTransaction({ hash })
    await eventually(async () => {
      // Nothing is mined between the first and the last of them.
      if (!actions().some((action) => action.startsWith('rebroadcast'))) await mine()
      return actions()
    }).toEqual(expect.arrayContaining([0, 1, 2, 3].map((nonce) => `rebroadcast ${nonce}`)))
    await eventually(async () => {
      await mine()
      return await minedCount()
    }).toBe(4)
    await lane.drain()
  })

  it('replaces what is priced out with higher fees, and says under which hash it goes on', async () => {
    const { lane, hub, client, mine, minedCount, actions } = await startWorld(unhurried)
    const events: LaneEvent[] = []
    const onEvent = (event: LaneEvent): void => {
      events.push(event)
      if (event.type === 'replaced') hub.replace(event.hash, event.newHash)
    }
    const first = await lane.send({ ...transfer, onEvent })
    const second = await lane.send(transfer)
    const waiting = hub.waitForReceipt(first.hash, first)
    const base = first.fees.maxFeePerGas * 2n
    await eventually(async () => {
      // The base fee stands above what was offered until a replacement offers more.
      if (events.length === 0) await client.setNextBlockBaseFeePerGas({ baseFeePerGas: base })
      await mine()
      return await minedCount()
    }).toBe(2)
    await lane.drain()
    const mined = await waiting
    expect(mined.transactionHash).not.toBe(first.hash)
    expect(events.at(-1)).toMatchObject({ type: 'confirmed', hash: mined.transactionHash })
    expect(actions()).toContain('replaced 0')
    expect(second.nonce).toBe(1)
  })

  it('replaces what a node holds while no block takes it', async () => {
    const { lane, node, mine, minedCount, actions } = await startWorld()
    let swallowed: unknown
    node.answer = ({ method, params }) => {
      if (method === sending && swallowed === undefined) {
        swallowed = params[0]
        return { result: `0x${'11'.repeat(32)}` }
      }
      // As a node does that keeps to itself what its peers refuse.
      return method === 'eth_getTransactionByHash' ? { result: {} } : undefined
    }
    await lane.send(transfer)
    await eventually(async () => {
      await mine()
      return await minedCount()
    }).toBe(1)
    await lane.drain()
    expect(actions()).toEqual(['replaced 0'])
  })

  it('does not go above the cap for a replacement, and goes on when fees fall', async () => {
    const { lane, client, mine, notes, node } = await startWorld({
      fees: { maxFeePerGasWei: 4n * 10n ** 9n, priorityFeeWei: 10n ** 9n },
    })
    await lane.send(transfer)
    await eventually(async () => {
      await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 100n * 10n ** 9n })
      await mine()
      return notes.find(({ action }) => action === 'held-up')?.reason
    }).toMatch(/above the cap of 4 gwei/)
    const offered = node.received
      .filter(({ method }) => method === sending)
      .map(({ params }) => parseTransaction(params[0] as Hex).maxFeePerGas ?? 0n)
    expect(offered.every((maxFee) => maxFee <= 4n * 10n ** 9n)).toBe(true)
    await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 1n })
    await eventually(async () => {
      await mine()
      return lane.status().pending
    }).toBe(0)
  })

  it('goes on from the chain when another program has used its nonces', async () => {
    const { lane, elsewhere, mine, actions } = await startWorld()
    await lane.send(transfer)
    await mine()
    await lane.drain()
    for (const nonce of [1, 2, 3]) await elsewhere(nonce)
    await mine()
    expect((await lane.send(transfer)).nonce).toBe(4)
    expect(actions()).toEqual(['fast-forwarded 4'])
    await mine()
    await lane.drain()
  })

  it('goes on behind a transaction of another program that waits at its nonce', async () => {
    const { lane, elsewhere, mine, minedCount, actions } = await startWorld()
    await lane.send(transfer)
    await elsewhere(1, { maxFeePerGas: '0x174876e800', maxPriorityFeePerGas: '0x174876e800' })
    expect((await lane.send(transfer)).nonce).toBe(2)
    expect(actions()).toEqual(['passed-over 1'])
    await eventually(async () => {
      await mine()
      return await minedCount()
    }).toBe(3)
    await lane.drain()
  })

  it('continues after transactions that an earlier process left in the pool', async () => {
    const { lane, newLane, mine, minedCount } = await startWorld()
    await Promise.all([lane.send(transfer), lane.send(transfer)])
    lane.close()
    const next = newLane()
    expect((await next.send(transfer)).nonce).toBe(2)
    await mine()
    await next.drain()
    expect(await minedCount()).toBe(3)
  })

  it('recovers if transactions of an earlier process can never be mined', async () => {
    const { lane, elsewhere, client, mine, actions, minedCount } = await startWorld()
    await elsewhere(0, { maxFeePerGas: '0x77359400', maxPriorityFeePerGas: '0x1' })
    expect((await lane.send(transfer)).nonce).toBe(1)
    await eventually(async () => {
      if (actions().length === 0) await client.setNextBlockBaseFeePerGas({ baseFeePerGas: 3n * 10n ** 9n })
      await mine()
      return await minedCount()
    }).toBe(2)
    expect(actions()).toContain('filled-gap 0')
  })

  it('sends once when the answer to a send is lost', async () => {
    const { lane, node, mine, minedCount } = await startWorld()
    let lost = 0
    node.misbehave = ([call]) => {
      if (call?.method !== sending || lost >= 2) return undefined
      lost += 1
      return { drop: 'after' }
    }
    expect((await lane.send(transfer)).nonce).toBe(0)
    await mine()
    await lane.drain()
    expect([lost, await minedCount()]).toEqual([2, 1])
  })

  it('goes on looking after a transaction whose fate is unknown, and never gives its nonce to another', async () => {
    const { lane, node, mine, minedCount } = await startWorld()
    let down = true
    node.misbehave = ([call]) => (down && call?.method === sending ? { drop: 'before' } : undefined)
    const events: LaneEvent[] = []
    const error: unknown = await lane
      .send({ ...transfer, onEvent: (event) => events.push(event) })
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'CHAIN_UNREACHABLE', details: { mayBeSent: true } })
    down = false
    expect((await lane.send(transfer)).nonce).toBe(1)
    await eventually(async () => {
      await mine()
      return await minedCount()
    }).toBe(2)
    await lane.drain()
    expect(events).toMatchObject([
      { type: 'confirmed', hash: (error as { details: { hash: Hex } }).details.hash },
    ])
  })

  it('lets go of a transaction whose nonce went to another program meanwhile', async () => {
    const { lane, node, elsewhere, mine, actions } = await startWorld()
    let down = true
    node.misbehave = ([call]) => (down && call?.method === sending ? { drop: 'before' } : undefined)
    const events: LaneEvent[] = []
    await expect(lane.send({ ...transfer, onEvent: (event) => events.push(event) })).rejects.toMatchObject({
      details: { mayBeSent: true },
    })
    await elsewhere(0)
    await mine()
    down = false
    await eventually(async () => {
      await mine()
      return lane.status().pending
    }).toBe(0)
    expect([events.map(({ type }) => type), actions(), lane.status().nextNonce]).toEqual([['dropped'], [], 1])
  })

  it('sends again what a reorganization took away', async () => {
    const { lane, request, feed, mine, minedCount, actions } = await startWorld()
    await lane.send(transfer)
    await lane.send(transfer)
    await mine()
    await lane.drain()
    // A later transaction keeps the lane listening.
    const later = await lane.send(transfer)
    await request('anvil_reorg', 1, [])
    await eventually(() => feed.stats().reorgs).toBe(1)
    await eventually(async () => {
      await mine()
      return await minedCount()
    }).toBe(3)
    await lane.drain()
    expect(later.nonce).toBe(2)
    expect(actions()).toEqual(expect.arrayContaining(['rebroadcast 0', 'rebroadcast 1']))
  })

  it('mines every transaction that it took exactly once, whatever the node does', async () => {
    const { lane, node, client, minedCount, pool } = await startWorld({
      blockTime: 0.05,
      lane: { maxPending: 10 },
    })
    const random = createRandom('faults')
    let faults = true
    node.misbehave = ([call]) => {
      if (!faults || call?.method !== sending) return undefined
      const roll = random()
      return roll < 0.15 ? { drop: 'before' } : roll < 0.3 ? { drop: 'after' } : undefined
    }
    node.answer = ({ method }) =>
      faults && method === sending && random() < 0.15
        ? { error: { code: -32000, message: 'internal error' } }
        : undefined
    const confirmed: Hash[] = []
    /** Under load the lane may take a transaction for stuck, and replace it. */
    const originals = new Map<Hash, Hash>()
    const onEvent = (event: LaneEvent): void => {
      if (event.type === 'replaced') originals.set(event.newHash, originals.get(event.hash) ?? event.hash)
      if (event.type === 'confirmed') confirmed.push(event.hash)
    }
    const results = await Promise.allSettled(
      upTo(80).map((i) => lane.send({ ...transfer, value: BigInt(i), onEvent })),
    )
    faults = false
    await lane.drain()

    const took = results.flatMap((result) => {
      if (result.status === 'fulfilled') return [result.value.hash]
      const { details } = result.reason as { details: { mayBeSent?: boolean; hash?: Hash } }
      return details.mayBeSent && details.hash ? [details.hash] : []
    })
    const settled = confirmed.map((hash) => originals.get(hash) ?? hash)
    const surely = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.hash] : []))
    expect(new Set(settled).size).toBe(settled.length)
    expect(settled).toEqual(expect.arrayContaining(surely))
    expect(took).toEqual(expect.arrayContaining(settled))
    for (const hash of confirmed)
      expect((await client.getTransactionReceipt({ hash })).status).toBe('success')
    expect(lane.status().nextNonce).toBe(await minedCount())
    expect(await pool()).toBe(0)
    expect(results.some(({ status }) => status === 'rejected')).toBe(true)
  })

  it('notices a transaction that is mined before the answer to its sending', async () => {
    const { lane, client, hub } = await startWorld()
    await client.setAutomine(true)
    const submission = await lane.send(transfer)
    expect((await hub.waitForReceipt(submission.hash, submission)).status).toBe('success')
    await lane.drain()
    expect(lane.status().confirmed).toBe(1)
  })

  it('stops asking when nothing is pending', async () => {
    const { lane, node, feed, mine } = await startWorld()
    await lane.send(transfer)
    await mine()
    await lane.drain()
    // The last look, which finds that nothing is pending, ends the polling, and may itself still ask something.
    let asked = 0
    const askedSince = (): number => {
      const before = asked
      asked = node.received.length
      return asked - before
    }
    await expect.poll(askedSince, { timeout: 20_000, interval: 200 }).toBe(0)
    await mine()
    await feed.head({ maxAgeMs: 0 })
    expect(node.received.length).toBe(asked + 1)
  })

  it('takes nothing more once it is closed', async () => {
    const { lane } = await startWorld()
    lane.close()
    await expect(lane.send(transfer)).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('several lanes', () => {
  it('share the load by room', async () => {
    const { newLane, mine } = await startWorld()
    const lanes = [devAccounts.relayer, devAccounts.funder].map((account) =>
      newLane({ account: toNativeAccount(account.privateKey), maxPending: 10 }),
    )
    const pick = createLanePicker(lanes)
    for (let i = 0; i < 10; i += 1) await pick().send(transfer)
    expect(lanes.map((lane) => lane.status().pending)).toEqual([5, 5])
    await mine()
    await Promise.all(lanes.map((lane) => lane.drain()))
  })
})
