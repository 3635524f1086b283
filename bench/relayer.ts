import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { type Hex, keccak256, numberToHex, stringToHex } from 'viem'
import { type BlockFeed, createBlockFeed } from '../src/chain/blocks/block-feed.ts'
import { createSendWindow } from '../src/chain/lanes/send-window.ts'
import { estimateGas, withMargin } from '../src/chain/rpc/chain-reads.ts'
import type { RpcPool } from '../src/chain/rpc/rpc.ts'
import { createRpcPool } from '../src/chain/rpc/rpc-pool.ts'
import { devAccounts } from '../src/testbed/chain/dev-accounts.ts'
import { registerGrantee } from '../src/testbed/chain/register-grantee.ts'
import { fundRelayers, relayerKeys } from '../src/testbed/chain/relayer-accounts.ts'
import { startChain } from '../src/testbed/chain/start-chain.ts'
import { appPrivateKey } from '../src/testbed/development-keys.ts'
import { startPartProcess } from '../src/testbed/start-part-process.ts'
import { app } from '../test/server/api-server.fixture.ts'
import { measureMinedRate } from './mined-rate.ts'
import { newCall, preSignRequests, preSignTransactions } from './pre-sign.ts'

/** Transactions of each key that may be in no block yet: the relayer's own bound, kept by the others as well. */
const maxPending = 64

/** Users whose requests are posted at once. */
const posters = 64

/** How long the chain is kept supplied each time, milliseconds. */
const phaseMs = 6000

/** What bounds a chain, and how much is sent to it. */
type Blocks = {
  gasLimit: bigint
  /** Of the relayer, and as many others that send by themselves. */
  keys: number
  /** Calls for each way, more than can get through. */
  calls: number
}

/** Those of the embedded stack: some 19 flows fill one, and 64 in flight are always enough for the next three. */
const usualBlocks: Blocks = { gasLimit: 30_000_000n, keys: 1, calls: 300 }

/** So large that they bound nobody: all there is to wait for is the CPU of the chain, the relayer and who sends. */
const largeBlocks: Blocks = { gasLimit: 1_000_000_000n, keys: 8, calls: 2000 }

/**
 * Measures how many submissions a second one relayer process gets into 1 s blocks, against transactions that were signed
 * ahead by other keys and go straight to the same chain. Both make the same calls, each for a user of its own, both keep
 * up to 64 transactions of each key in flight, and both always have more to send.
 *
 * The ratio is that for blocks of the embedded stack's size, which bound both ways alike; for blocks that bound neither
 * there is one of its own, which tells what signing and simulating cost where nothing else does.
 */
export async function measureRelayer(say: (text: string) => void): Promise<Record<string, unknown>> {
  const usual = await measureWith(usualBlocks, say)
  const large = await measureWith(largeBlocks, say)
  return {
    relayerThroughputRatio: usual.relayed / usual.straight,
    relayerThroughputRatioLargeBlocks: large.relayed / large.straight,
    submissionsPerSecond: { ...usual, largeBlocks: large },
  }
}

async function measureWith(
  { gasLimit, keys, calls }: Blocks,
  say: (text: string) => void,
): Promise<{ straight: number; relayed: number }> {
  const chain = await startChain({ blockTime: 1, blockGasLimit: gasLimit })
  const closing: (() => unknown)[] = [() => chain.stop()]
  try {
    await registerGrantee(chain.client, { address: app.address, publicKey: app.publicKey })
    const relayers = relayerKeys(keys)
    const others = Array.from({ length: keys }, (_, i) => keccak256(stringToHex(`bench straight ${i}`)))
    await fundRelayers(chain.client, [...relayers, ...others])
    const { rpcUrl, chainId, contracts } = chain
    const server = await startPartProcess('apiServer', {
      port: 0,
      rpcUrls: [rpcUrl],
      chainId,
      contracts,
      granteeId: undefined,
      moreGrantees: [],
      relayerPrivateKeys: relayers,
      granteePrivateKey: appPrivateKey,
      personalServerUrl: 'http://127.0.0.1:1/api/v1',
    })
    closing.push(() => server.stop())
    const rpc = createRpcPool({ urls: [rpcUrl], chainId })
    closing.push(() => rpc.close())
    const feed = createBlockFeed({ rpc, pollIntervalMs: 50 })
    closing.push(() => feed.close())

    const call = { from: devAccounts.relayer.address, to: contracts.permissions, data: await newCall() }
    const gas = withMargin(await estimateGas(rpc, call), 0.1)
    say(`relayer: ${2 * calls} calls are signed ahead, for blocks of ${gasLimit} gas`)
    const bodies = await preSignRequests(calls)
    const queues = await Promise.all(
      others.map((key) => preSignTransactions(key, chainId, gas, calls / keys)),
    )
    const straight = await measureMinedRate(feed, () => sendAll(rpc, feed, queues))
    await untilEmpty(rpc)
    const relayed = await measureMinedRate(feed, () => postAll(server.url, bodies))
    for (const [way, { perSecond, blocks }] of Object.entries({ straight, relayed })) {
      say(`relayer: ${perSecond.toFixed(1)} calls/s ${way}, in ${blocks} blocks`)
    }
    return { straight: straight.perSecond, relayed: relayed.perSecond }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

/** Posts requests until there are no more or the time is up. @throws Error at the first that is refused */
async function postAll(url: string, bodies: string[]): Promise<void> {
  const client = new Pool(url, { connections: posters })
  const endMs = performance.now() + phaseMs
  const poster = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const body = bodies.pop()
      if (body === undefined) return
      const headers = { 'content-type': 'application/json' }
      const answer = await client.request({ path: '/api/relay', method: 'POST', headers, body })
      const text = await answer.body.text()
      if (answer.statusCode !== 200) throw new Error(`The relay answered ${answer.statusCode}: ${text}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: posters }, poster))
  } finally {
    await client.close()
  }
}

/** Sends each key's transactions in order, within its window, until there are no more or the time is up. */
async function sendAll(rpc: RpcPool, feed: BlockFeed, queues: readonly Hex[][]): Promise<void> {
  const endMs = performance.now() + phaseMs
  const sent = new Map<Hex, () => void>()
  const unsubscribe = feed.subscribe({
    onBlock({ transactions }) {
      for (const hash of transactions) sent.get(hash)?.()
    },
  })
  try {
    await Promise.all(
      queues.map(async (queue) => {
        const window = createSendWindow(maxPending, 1)
        for (;;) {
          await window.enter()
          const raw = performance.now() < endMs ? queue.shift() : undefined
          if (raw === undefined) return
          sent.set(keccak256(raw), window.leave)
          await rpc.request('eth_sendRawTransaction', [raw])
        }
      }),
    )
  } finally {
    unsubscribe()
  }
}

/** Waits until blocks hold all that was sent. */
async function untilEmpty(rpc: RpcPool): Promise<void> {
  const empty = numberToHex(0)
  for (let i = 0; i < 300; i += 1) {
    const status = (await rpc.request('txpool_status', [])) as { pending: string; queued: string }
    if (status.pending === empty && status.queued === empty) return
    await sleep(100)
  }
  throw new Error('The chain did not take in 30 s what was sent to it.')
}
