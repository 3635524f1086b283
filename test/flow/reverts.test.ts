import { Agent } from 'undici'
import { encodeFunctionData, parseAbi, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '../../src/config/target.ts'
import { usualConnection } from '../../src/config/usual-settings.fixture.ts'
import { createApiServerClient } from '../../src/flow/api-server-client.ts'
import { connectTarget, type TargetConnection } from '../../src/flow/connect-target.ts'
import { DataPortabilityFlow } from '../../src/flow/data-portability-flow.ts'
import type { FlowServices, FlowUser } from '../../src/flow/flow-services.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { putBehind } from '../chain/put-behind.fixture.ts'
import { type ApiWorld, app, startApiWorld } from '../server/api-server.fixture.ts'

const { signal } = new AbortController()

/** A real chain and a real API server; storage and personal server say what is needed to get to the transaction. */
let world: ApiWorld
let target: Target
let connection: TargetConnection
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 'instant' })
  const { chain, granteeId, personalServer } = world
  const { url } = await world.apiServer().start()
  target = {
    name: 'test',
    chain: { id: chain.chainId, rpcUrls: [chain.rpcUrl], contracts: chain.contracts },
    storage: { provider: 'gcs', bucket: 'none', urls: 'public', apiEndpoint: 'http://127.0.0.1:9' },
    personalServer: { url: personalServer.url, profile: 'main-2025-09-05' },
    apiServer: { url },
    grantee: { id: Number(granteeId), address: app.address },
    faults: [],
    embedded: [],
  }
  connection = connectTarget({
    ...usualConnection,
    target,
    submission: 'direct',
    threads: 1,
    blockPollIntervalMs: 20,
  })
  await connection.compute.warmUp()
}, 180_000)
afterAll(async () => {
  await connection?.close()
  await world?.stop()
})

async function newUser(index: number): Promise<FlowUser> {
  const privateKey = generatePrivateKey()
  const address = privateKeyToAddress(privateKey)
  await world.chain.client.setBalance({ address, value: parseEther('1') })
  return { index, privateKey, address }
}

let users = 0

/** Runs one flow of a new user; gives what became of it, and the requests to the chain that it took. */
async function runFlow(change: (services: FlowServices) => Partial<FlowServices>) {
  const { rpc } = connection
  const services: FlowServices = {
    ...connection.services,
    grantee: async () => ({ id: world.granteeId, address: app.address }),
    storage: { upload: async (_bytes, { name }) => `https://storage.example/${name}` },
    personalServer: {
      url: target.personalServer.url,
      identity: async () => ({ address: app.address, publicKey: app.publicKey }),
    },
  }
  const flow = new DataPortabilityFlow(
    { ...services, ...change(services) },
    {
      runId: 'run',
      seed: 'seed',
      dataSize: 'small',
      timeoutMs: 60_000,
      inferenceTimeoutMs: 1_000,
      pollIntervalMs: 100,
      expectEvidence: false,
    },
  )
  users += 1
  const before = rpc.calls().byMethod
  const result = await flow.run(await newUser(users), { signal })
  const after = rpc.calls().byMethod
  const calls = (method: string): number => (after[method] ?? 0) - (before[method] ?? 0)
  return { result, calls }
}

async function sendAsOwner(functionName: 'pause' | 'unpause'): Promise<void> {
  const { client, contracts } = world.chain
  await client.sendUnsignedTransaction({
    from: devAccounts.owner.address,
    to: contracts.permissions,
    data: encodeFunctionData({ abi: parseAbi(['function pause()', 'function unpause()']), functionName }),
  })
}

const unknownGrantee = () => ({ grantee: async () => ({ id: 99n, address: app.address }) })

/** Has the API server submit, as for users who don't pay for themselves. */
const relayed = ({ chain }: FlowServices) => ({
  chain: {
    ...chain,
    async submit(...[signed, { address }, { signal: abort }]: Parameters<typeof chain.submit>) {
      const http = new Agent()
      try {
        const api = createApiServerClient(http, target.apiServer.url, { timeoutMs: 30_000 })
        const hash = await api.relay(signed, address, abort)
        return { hash, afterBlock: 0, sendingAtMs: 0, submittedAtMs: performance.now() }
      } finally {
        await http.destroy()
      }
    },
  },
})

/** Has the contract paused in the block of the flow's transaction, before it: the estimate was fine, the block is not. */
const pausedMeanwhile = ({ chain }: FlowServices): Partial<FlowServices> => ({
  chain: {
    ...chain,
    async submit(...args) {
      const { client } = world.chain
      await client.setAutomine(false)
      const submission = await chain.submit(...args)
      await putBehind(client, submission.hash, () => sendAsOwner('pause'))
      await client.mine({ blocks: 1 })
      await client.setAutomine(true)
      return submission
    },
  },
})

describe('a flow whose transaction the contracts refuse tells why, by name and arguments', () => {
  it('when the user’s gas estimate fails', async () => {
    const { result } = await runFlow(unknownGrantee)
    expect(result).toMatchObject({ outcome: 'failed', tx: null })
    expect(result.error).toEqual({
      code: 'TX_REVERTED',
      step: 'submit',
      message: 'eth_estimateGas: the contract refused: GranteeNotFound()',
      retriable: false,
    })
  })

  it('when the relay’s simulation fails', async () => {
    const { result } = await runFlow((services) => ({ ...relayed(services), ...unknownGrantee() }))
    expect(result.error).toEqual({
      code: 'TX_REVERTED',
      step: 'submit',
      message: 'API server: the contract refused: GranteeNotFound()',
      retriable: false,
    })
  })

  it('when the relay finds the nonce used', async () => {
    const { result } = await runFlow((services) => ({
      chain: { ...relayed(services).chain, permissionNonce: async () => 7n },
    }))
    expect(result.error).toMatchObject({
      code: 'TX_REVERTED',
      message: 'API server: the contract refused: InvalidNonce(0, 7)',
    })
  })

  it('when it reverts on chain, for two calls more', async () => {
    const { result, calls } = await runFlow(pausedMeanwhile)
    await sendAsOwner('unpause')
    expect(result).toMatchObject({ outcome: 'failed', tx: { permissionId: null } })
    const { hash, blockNumber } = result.tx ?? {}
    expect(result.error).toEqual({
      code: 'TX_REVERTED',
      step: 'confirm',
      message: `Transaction ${hash} reverted in block ${blockNumber}: EnforcedPause().`,
      retriable: false,
    })
    // The other call reads the user's nonce.
    expect([calls('eth_call'), calls('eth_getTransactionByHash')]).toEqual([2, 1])
  })

  it('and asks for no reason when it succeeds', async () => {
    const { result, calls } = await runFlow(() => ({}))
    expect(result.tx?.permissionId).toBe('1')
    expect([calls('eth_call'), calls('eth_getTransactionByHash')]).toEqual([1, 0])
  })
})
