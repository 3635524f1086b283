import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { type Hex, keccak256, numberToHex, stringToHex } from 'viem'
import { type BlockFeed, createBlockFeed } from '../src/chain/blocks/block-feed.ts'
import { createSendWindow } from '../src/chain/lanes/send-window.ts'
import { estimateGas, withMargin } from '../src/chain/rpc/chain-reads.ts'
import type { RpcPool } from '../src/chain/rpc/rpc.ts'
import { createRpcPool } from '../src/chain/rpc/rpc-pool.ts'
import { usualRpc } from '../src/config/usual-settings.fixture.ts'
import { devAccounts } from '../src/testbed/chain/dev-accounts.ts'
import { registerGrantee } from '../src/testbed/chain/register-grantee.ts'
import { fundRelayers, relayerKeys } from '../src/testbed/chain/relayer-accounts.ts'
import { startChain } from '../src/testbed/chain/start-chain.ts'
import { appPrivateKey } from '../src/testbed/development-keys.ts'
import { startPartProcess } from '../src/testbed/start-part-process.ts'
import { app } from '../test/server/api-server.fixture.ts'
import { measureMinedRate } from './mined-rate.ts'
import { newCall, preSignRequests, preSignTransactions } from './pre-sign.ts'

/** Pending transactions per key: the relayer's own limit, which the other senders also respect. */
const maxPending = 64

/** Number of concurrent requests. */
const posters = 64

/** How long each measurement keeps the chain supplied, in milliseconds. */
const phaseMs = 6000

/** Limits of a chain, and the number of calls to it. */
type Blocks = {
  gasLimit: bigint
  /** Number of the relayer's keys, and of keys that send directly. */
  keys: number
  /** Calls for each of the two ways, more than the chain can include. */
  calls: number
}

/** Blocks of the embedded stack: about 19 flows fill one, and 64 in flight are enough for the next three. */
const usualBlocks: Blocks = { gasLimit: 30_000_000n, keys: 1, calls: 300 }

/** Blocks without a practical limit, so that only the CPU of the chain, the relayer and the senders matters. */
const largeBlocks: Blocks = { gasLimit: 1_000_000_000n, keys: 8, calls: 2000 }

/**
 * Measures how many submissions per second one relayer process gets into 1 s blocks, compared with transactions that other keys
 * signed ahead and send directly to the same chain. Both make the same calls, each for its own user, keep up to 64
 * transactions per key in flight, and always have more to send.
 *
 * The ratio is for blocks of the embedded stack's size, which limit both ways equally. A second ratio, for blocks that limit
 * neither, shows the cost of signing and simulating alone.
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
    const rpc = createRpcPool({ ...usualRpc, urls: [rpcUrl], chainId })
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

/** Posts requests until there are no more or the time is up. @throws Error on the first refusal */
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

/** Waits until all transactions are mined. */
async function untilEmpty(rpc: RpcPool): Promise<void> {
  const empty = numberToHex(0)
  for (let i = 0; i < 300; i += 1) {
    const status = (await rpc.request('txpool_status', [])) as { pending: string; queued: string }
    if (status.pending === empty && status.queued === empty) return
    await sleep(100)
  }
  throw new Error('The chain did not mine all transactions within 30 s.')
}
