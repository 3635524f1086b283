import { pino } from 'pino'
import { parseEther } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import type { RpcPool } from '../../src/chain/rpc/rpc.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { createFees } from '../../src/chain/transactions/fees.ts'
import { firstFlowGas } from '../../src/chain/transactions/first-flow-gas.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { checkRelayer } from '../../src/run/check-relayer.ts'
import { apiServerCheck } from '../../src/scripts/doctor/server-checks.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type ApiWorld, newUser, post, relayBody, startApiWorld } from './api-server.fixture.ts'

/** What helps. */
const command = '`vana-load wallets fund --lanes`'

let world: ApiWorld
let rpc: RpcPool
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 0.2 })
  rpc = createRpcPool({ ...usualRpc, urls: [world.chain.rpcUrl], chainId: world.chain.chainId })
})
afterAll(async () => {
  await rpc?.close()
  await world?.stop()
})

/** A new key that owns so many VANA. */
async function newLane(balance: string) {
  const privateKey = generatePrivateKey()
  const { address } = toNativeAccount(privateKey)
  await world.chain.client.setBalance({ address, value: parseEther(balance) })
  return { privateKey, address }
}

/** Looks at an API server with these lanes as a relayed run does; gives what was noted, and what the server logged. */
async function look(relayerPrivateKeys: `0x${string}`[]) {
  const logged: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) })
  const server = world.apiServer({ relayerPrivateKeys, logger })
  const apiServer = await server.start()
  const notes: string[] = []
  const checking = checkRelayer(
    { apiServer },
    { ...usualFees, rpc, feed: createBlockFeed({ rpc, pollIntervalMs: 250 }) },
    { note: (text) => notes.push(text), signal: new AbortController().signal },
  )
  return { checking, notes, logged }
}

describe('an API server whose lanes own too little', () => {
  it('says at its start how much each of them lacks, and a relayed run notes it while another can pay', async () => {
    const poor = await newLane('0.000001')
    const { checking, notes, logged } = await look([devAccounts.relayer.privateKey, poor.privateKey])
    await checking
    const words = new RegExp(`Lane ${poor.address} has 0\\.000001 VANA.* it lacks 0\\.00\\d+ VANA`)
    expect(notes).toEqual([expect.stringMatching(words), expect.stringContaining(command)])
    expect(logged).toEqual([expect.stringMatching(words)])
    expect(JSON.parse(logged[0] ?? '').hint).toContain(command)
  })

  it('keeps a relayed run from beginning when none can pay', async () => {
    const lanes = [await newLane('0'), await newLane('0')]
    const { checking } = await look(lanes.map(({ privateKey }) => privateKey))
    await expect(checking).rejects.toMatchObject({
      code: 'CHAIN_INSUFFICIENT_FUNDS',
      message: expect.stringMatching(new RegExp(`${lanes[0]?.address}.*${lanes[1]?.address}`)),
      hint: expect.stringContaining(command),
    })
  })

  it('sends by the others what a lane cannot pay for, and does not try that one each time', async () => {
    const [poor, rich] = [await newLane('0.000001'), await newLane('1')]
    const server = world.apiServer({ relayerPrivateKeys: [poor.privateKey, rich.privateKey] })
    const statuses: number[] = []
    for (let i = 0; i < 4; i += 1) {
      statuses.push((await post(server, '/api/relay', await relayBody(newUser()))).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200])
    const { rpc: calls, lanes } = server.stats()
    expect(lanes.map(({ sent }) => sent)).toEqual([0, 4])
    expect(calls.byMethod.eth_sendRawTransaction).toBe(5)
  })

  it('is distinguished from one without any key, and from a relayer that reports nothing', async () => {
    const { checking } = await look([])
    await expect(checking).rejects.toThrow('no key to relay with')
    const url = world.personalServer.url
    const other = checkRelayer(
      { apiServer: { url } },
      { ...usualFees, rpc, feed: createBlockFeed({ rpc, pollIntervalMs: 250 }) },
      { note: () => undefined, signal: new AbortController().signal },
    )
    await expect(other).resolves.toBeUndefined()
  })
})

describe('doctor, for a relayed run', () => {
  it('compares the lanes with the users, each lane separately, and explains how to fund them', async () => {
    const lanes = [await newLane('0'), await newLane('0')]
    const relayerPrivateKeys = lanes.map(({ privateKey }) => privateKey)
    const { config } = resolveConfig({ flags: { '--submission': 'relayed', '--users': '60' } })
    /** With enough on each lane for so many tenths of a flow. */
    const look = async (tenths: bigint) => {
      const { maxFeePerGas } = await createFees({
        ...usualFees,
        rpc,
        feed: createBlockFeed({ rpc, pollIntervalMs: 250 }),
      }).current()
      const value = (firstFlowGas * maxFeePerGas * tenths) / 10n
      for (const { address } of lanes) await world.chain.client.setBalance({ address, value })
      // A server of its own: each tells the same of its health for a while.
      const apiServer = await world.apiServer({ relayerPrivateKeys }).start()
      return await apiServerCheck(rpc, { apiServer }, config).look(new AbortController().signal)
    }
    expect(await look(1000n)).toEqual({ detail: expect.stringContaining('enough for 60 relayed users') })
    expect(await look(55n)).toEqual({
      verdict: 'warning',
      detail: expect.stringMatching(/enough for some 1\d of 60 relayed users/),
      hint: expect.stringMatching(new RegExp(`${command}.* --users 60`)),
    })
    await expect(look(6n)).rejects.toMatchObject({
      code: 'CHAIN_INSUFFICIENT_FUNDS',
      hint: expect.stringContaining(command),
    })
  })
})
