import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRetryBudget } from '../../src/async/retry-budget.ts'
import { type ScriptedNode, startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { deployedContracts } from '../../src/config/moksha.ts'
import type { Target } from '../../src/config/target.ts'
import { usualConnection } from '../../src/config/usual-settings.fixture.ts'
import { LoadTestError } from '../../src/errors/load-test-error.ts'
import { connectTarget, type TargetConnection } from '../../src/flow/connect-target.ts'
import { DataPortabilityFlow } from '../../src/flow/data-portability-flow.ts'
import type { FlowOptions, FlowServices, FlowUser } from '../../src/flow/flow-services.ts'
import { type StepName, stepNames } from '../../src/flow/steps.ts'

const long = 600_000
const hash = `0x${'ab'.repeat(32)}` as const
const user: FlowUser = { index: 0, address: `0x${'11'.repeat(20)}`, privateKey: `0x${'22'.repeat(32)}` }

/** A server that accepts every request and answers none, except those to refuse as busy. */
let silent: { url: string; asked: Promise<unknown>; isBusy: boolean; close(): void }
let node: ScriptedNode
let direct: TargetConnection
let relayed: TargetConnection

beforeEach(async () => {
  const server = createServer((_request, response) => {
    if (silent.isBusy) response.writeHead(503, { 'retry-after': '300' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const asked = once(server, 'request')
  silent = { url, asked, isBusy: false, close: () => server.close().closeAllConnections() }
  node = await startScriptedNode()
  node.answer = ({ method }) => (method === 'eth_getBlockByNumber' ? { result: block } : undefined)
  direct = connect('direct', silent.url)
  relayed = connect('relayed', node.url)
})

afterEach(async () => {
  await Promise.all([direct.close(), relayed.close(), node.stop()])
  silent.close()
})

const block = {
  number: '0x7',
  hash,
  parentHash: hash,
  timestamp: '0x68bacdc0',
  transactions: [],
  baseFeePerGas: '0x1',
  gasUsed: '0x0',
  gasLimit: '0x1c9c380',
}

function connect(submission: 'direct' | 'relayed', rpcUrl: string): TargetConnection {
  const target: Target = {
    name: 'test',
    faults: [],
    embedded: [],
    grantee: { id: 1, address: user.address },
    chain: { id: 14800, rpcUrls: [rpcUrl], contracts: deployedContracts },
    storage: { provider: 'gcs', bucket: 'none', urls: 'public', apiEndpoint: silent.url },
    personalServer: { url: silent.url, profile: 'main-2025-09-05' },
    apiServer: { url: silent.url },
  }
  const limits = { requestTimeoutMs: long, rpcTimeoutMs: long, confirmTimeoutMs: long, spacingMs: long }
  return connectTarget({ ...usualConnection, target, submission, threads: 1, ...limits })
}

const signed = {
  typedData: {
    message: {
      nonce: 0n,
      granteeId: 1n,
      grant: 'https://storage.example/grant.json',
      fileUrls: [],
      schemaIds: [],
      serverAddress: user.address,
      serverUrl: '',
      serverPublicKey: '',
      filePermissions: [],
    },
  },
  signature: `0x${'33'.repeat(65)}`,
}

/** A target that does at once what is asked of it. */
const works = {
  clock: { now: () => performance.now(), sleep: async () => {} },
  compute: {
    run: async () => ({ ...signed, encrypted: new Uint8Array(1), encryptionKey: 'key' }),
    warmUp: async () => {},
    queueSize: () => 0,
    stop: async () => {},
  },
  storage: {
    upload: async (_bytes: Uint8Array, { name }: { name: string }) => `https://storage.example/${name}`,
  },
  grantee: async () => ({ id: 1n, address: user.address }),
  personalServer: {
    url: 'https://server.example/api/v1',
    identity: async () => ({ address: user.address, publicKey: '0x04' }),
  },
  chain: {
    id: 14800,
    permissionNonce: async () => 0n,
    submit: async () => ({ hash, afterBlock: 7, sendingAtMs: 0, submittedAtMs: 0 }),
    receipt: async () => ({
      hash,
      status: 'success',
      blockNumber: 8,
      blockTimestamp: 0,
      blockAtMs: 0,
      seenAtMs: 0,
      gasUsed: 1,
      gasPriceWei: 1n,
      permission: { id: '1', user: user.address, grant: 'https://storage.example/run/0/grant.json' },
    }),
    revertReason: async () => ({ reason: 'none', revert: null }),
  },
  inference: {
    request: async () => ({ operationId: 'operation' }),
    poll: async (id: string) => ({ id, status: 'succeeded', result: '' }),
  },
  retry: {
    attempts: 3,
    baseDelayMs: long,
    maxDelayMs: long,
    budget: createRetryBudget(1, 10),
    random: () => 0.99,
    sleep: async () => {},
  },
} as unknown as FlowServices

/** The request that gets no answer in a case, and how to recognise that it is in flight. */
type Held = { services: Partial<FlowServices>; underWay: Promise<unknown> }

const asked = (services: Partial<FlowServices>): Held => ({ services, underWay: silent.asked })
const chainOf = (part: Partial<FlowServices['chain']>) => asked({ chain: { ...works.chain, ...part } })

/** The step's task waits for the only thread, which is busy for minutes. */
function busyThread(name: string): Held {
  const { compute } = direct
  void compute.run('warmUp', { flows: 10_000 }).catch(() => undefined)
  let onAsked: () => void = () => {}
  const underWay = new Promise<void>((resolve) => {
    onAsked = resolve
  })
  const run = ((task: string, input: never, signal: AbortSignal) => {
    if (task !== name) return works.compute.run(task as never, input, signal)
    onAsked()
    return compute.run(task as never, input, signal)
  }) as FlowServices['compute']['run']
  return { services: { compute: { ...works.compute, run } }, underWay }
}

/** Only the second upload of a flow is the grant's. */
function heldGrant(): Held {
  let uploads = 0
  const upload: FlowServices['storage']['upload'] = (...object) =>
    (uploads++ === 0 ? works : direct.services).storage.upload(...object)
  return asked({ storage: { upload } })
}

const personalServerOf = (identity: FlowServices['personalServer']['identity']) =>
  asked({ personalServer: { ...works.personalServer, identity } })

const cases: [StepName, string, () => Held][] = [
  ['data', 'a thread', () => busyThread('makeUserData')],
  ['encrypt', 'a thread', () => busyThread('encryptData')],
  ['upload', 'the storage', () => asked({ storage: direct.services.storage })],
  ['grantee', 'the chain', () => asked({ grantee: direct.services.grantee })],
  ['identity', 'the personal server', () => personalServerOf(direct.services.personalServer.identity)],
  ['grant', 'the storage', heldGrant],
  ['seal', 'a thread', () => busyThread('sealKey')],
  ['sign', 'the chain', () => chainOf({ permissionNonce: direct.services.chain.permissionNonce })],
  ['sign', 'a thread', () => busyThread('signPermission')],
  ['submit', 'the chain', () => chainOf({ submit: direct.services.chain.submit })],
  ['submit', 'the relayer', () => chainOf({ submit: relayed.services.chain.submit })],
  ['confirm', 'the chain', () => chainOf({ receipt: direct.services.chain.receipt })],
  [
    'request',
    'the API server',
    () => asked({ inference: { ...works.inference, request: direct.services.inference.request } }),
  ],
  [
    'result',
    'the API server',
    () => asked({ inference: { ...works.inference, poll: direct.services.inference.poll } }),
  ],
]

/** Begins a flow in which nothing but what is held keeps it from its end. */
function begin({ services }: Held, timeoutMs: number) {
  const stop = new AbortController()
  const options: FlowOptions = {
    runId: 'run',
    seed: 'seed',
    dataSize: 'small' as const,
    expectEvidence: false,
    timeoutMs,
    inferenceTimeoutMs: long,
    pollIntervalMs: 0,
  }
  const flow = new DataPortabilityFlow({ ...works, ...services }, options)
  return { stop, ended: flow.run(user, { signal: stop.signal }) }
}

const stopped = new LoadTestError('ABORTED', 'The run was stopped.')

it('are cases for every step', () => {
  expect(new Set(cases.map(([step]) => step))).toEqual(new Set(stepNames))
})

describe.each(cases)('a flow at %s that waits for %s', (step, _what, hold) => {
  it('ends when the run is stopped, though no answer ever comes', async () => {
    const held = hold()
    const { stop, ended } = begin(held, long)
    await held.underWay
    stop.abort(stopped)
    expect(await ended).toMatchObject({ outcome: 'aborted', error: { code: 'ABORTED', step } })
  })

  it('ends when its time is up, though no answer ever comes', async () => {
    const { ended } = begin(hold(), 100)
    expect(await ended).toMatchObject({ outcome: 'timed-out', error: { code: 'FLOW_TIMEOUT', step } })
  })
})

describe('a flow that waits on its own', () => {
  it('for the time that a busy server asked for ends when the run is stopped', async () => {
    silent.isBusy = true
    const { identity } = direct.services.personalServer
    let onPause: () => void = () => {}
    const underWay = new Promise<void>((resolve) => {
      onPause = resolve
    })
    const sleep: FlowServices['retry']['sleep'] = (delayMs, signal) => {
      onPause()
      return direct.services.retry.sleep(delayMs, signal)
    }
    const services = { ...personalServerOf(identity).services, retry: { ...works.retry, sleep } }
    const { stop, ended } = begin({ services, underWay }, long)
    await underWay
    stop.abort(stopped)
    expect(await ended).toMatchObject({ outcome: 'aborted', error: { step: 'identity' } })
  })

  it('for its turn at the personal server ends when the run is stopped', async () => {
    const { turns } = direct.services
    const { signal } = new AbortController()
    await turns?.identity(signal)
    const { stop, ended } = begin(
      { services: { turns: turns ?? ({} as never) }, underWay: Promise.resolve() },
      long,
    )
    await new Promise(setImmediate)
    stop.abort(stopped)
    expect(await ended).toMatchObject({ outcome: 'aborted', error: { step: 'identity' } })
  })
})
