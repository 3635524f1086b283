import { formatEther, parseEther } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Misbehaviour, ReceivedCall, ScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { createRandom } from '../../src/random/random.ts'
import type { SweptWallet } from '../../src/wallets/sweep-wallet.ts'
import { startWalletStack, type WalletStack, type WalletView } from './wallet-stack.fixture.ts'

const amountWei = parseEther('0.1')
const maxSpendWei = parseEther('10')
const receiver = '0x00000000000000000000000000000000000000cc'

let stack: WalletStack
let node: ScriptedNode
beforeAll(async () => {
  // The pool itself is impatient, so that the layer above has to be patient.
  stack = await startWalletStack({ anvil: { blockTime: 0.2 }, rpc: { patienceMs: 0, hedgeMs: 60_000 } })
})
afterAll(() => stack?.stop())
beforeEach(async () => {
  node = await startScriptedNode({ upstream: stack.anvil.rpcUrl })
})
afterEach(() => node.stop())

let nextIndex = 0
const fresh = (count: number) => {
  const range = { from: nextIndex, count }
  nextIndex += count
  return range
}
const fund = (view: WalletView, range: { from: number; count: number }) =>
  view.manager.fund({ ranges: [range], amountWei, payer: view.payer(), maxSpendWei })

/** What a bad network does to a request, by chance. */
function weather(seed: string, share: number): () => Misbehaviour | undefined {
  const random = createRandom(seed)
  const kinds: Misbehaviour[] = [
    ...[500, 502, 503, 504].map((http) => ({ http })),
    ...(['before', 'after'] as const).map((drop) => ({ drop })),
  ]
  return () => (random() < share ? kinds[Math.floor(random() * kinds.length)] : undefined)
}

describe('money at an endpoint that fails', () => {
  it.each(['1', '3'])(
    'is funded and swept to the wei with a fifth of all requests failing: seed %s',
    { timeout: 120_000 },
    async (seed) => {
      const view = stack.through(node.url)
      const range = fresh(20)
      node.misbehave = weather(seed, 0.2)
      await fund(view, range)
      expect(await stack.manager.status({ range, amountWei })).toMatchObject({ funded: 20 })
      const before = await stack.balance(receiver)
      const swept: SweptWallet[] = []
      const result = await view.manager.sweep({ range, to: receiver, onSwept: (one) => swept.push(one) })
      expect(result).toMatchObject({ leftWei: 0n, failedWallets: 0, unreadWallets: 0, failures: [] })
      expect((await stack.balance(receiver)) - before).toBe(result.sweptWei)
      expect(result.sweptWei + result.feesWei).toBe(20n * amountWei)
      expect(swept).toHaveLength(20)
    },
  )

  it('is swept although each kind of read fails once', { timeout: 60_000 }, async () => {
    const view = stack.through(node.url)
    const range = fresh(5)
    await fund(stack, range)
    const failed = new Set<string>()
    node.misbehave = (calls) => {
      const method = calls.map((call: ReceivedCall) => call.method).join()
      if (method.includes('eth_sendRawTransaction') || failed.has(method)) return undefined
      failed.add(method)
      return { http: 503 }
    }
    const result = await view.manager.sweep({ range, to: receiver })
    expect(result).toMatchObject({ leftWei: 0n, failedWallets: 0, sweptWallets: 5 })
    expect([...failed].join()).toContain('eth_getCode')
  })

  it('is named when it has to stay: which wallets, how much, and what is not known', async () => {
    const view = stack.through(node.url)
    const range = fresh(5)
    await fund(stack, range)
    const notes: string[] = []
    node.answer = ({ method }) =>
      method === 'eth_sendRawTransaction'
        ? { error: { code: -32002, message: 'resource unavailable' } }
        : undefined
    const options = {
      range,
      to: receiver,
      persistMs: 1_000,
      note: (text: string) => notes.push(text),
    } as const
    const result = await view.manager.sweep(options)
    expect(result).toMatchObject({
      sweptWallets: 0,
      sweptWei: 0n,
      failedWallets: 5,
      unreadWallets: 0,
      remaining: range,
      leftWei: 5n * amountWei,
    })
    expect(notes).toEqual([expect.stringContaining('Trying again, for up to 1 s')])

    node.answer = () => undefined
    expect(await view.manager.sweep(options)).toMatchObject({ leftWei: 0n, sweptWallets: 5 })
  })

  it('is not read further once balances fail, which one chunk is enough to find out', async () => {
    const view = stack.through(node.url)
    const range = { from: nextIndex, count: 1_200 }
    await fund(stack, fresh(3))
    let isDead = false
    node.misbehave = (calls) => {
      // The first 500 wallets are read and swept; then the endpoint dies.
      if (calls.some(({ method }) => method === 'eth_sendRawTransaction')) isDead = true
      return isDead && calls.some(({ method }) => method === 'eth_call') ? { http: 502 } : undefined
    }
    const result = await view.manager.sweep({ range, to: receiver, persistMs: 500 })
    expect(result).toMatchObject({ sweptWallets: 3, failedWallets: 700, unreadWallets: 1_200 })
    expect(result.remaining).toEqual({ from: range.from + 500, count: 700 })
    expect(formatEther(result.sweptWei + result.feesWei)).toBe('0.3')
  })

  it('is booked although the count of a sweep is seen before its receipt', { timeout: 30_000 }, async () => {
    const view = stack.through(node.url)
    const range = fresh(1)
    await fund(stack, range)
    // The node loses its answer to the sweep, and shows its receipt late.
    let shown = 0
    let isLost = false
    node.misbehave = (calls) => {
      if (!calls.some(({ method }) => method === 'eth_sendRawTransaction') || isLost) return undefined
      isLost = true
      return { drop: 'after' }
    }
    node.answer = async (call) => {
      if (call.method === 'eth_getBlockReceipts')
        return { error: { code: -32601, message: 'no such method' } }
      if (call.method !== 'eth_getTransactionReceipt') return undefined
      shown += 1
      return shown <= 3 ? { result: null } : undefined
    }
    const result = await view.manager.sweep({ range, to: receiver })
    expect(result).toMatchObject({ sweptWallets: 1, leftWei: 0n })
    expect(result.sweptWei + result.feesWei).toBe(amountWei)
  })
})
