import { type ErrorCode, errorCatalog } from '../../src/errors/catalog.ts'
import type { FlowRecord } from '../../src/flow/flow-record.ts'
import { type StepName, stepNames } from '../../src/flow/steps.ts'
import { createComponentUsage } from '../../src/metrics/component-usage.ts'
import { noRpcCalls, type RpcTotals } from '../../src/metrics/rpc-totals.ts'
import { createRandom, exponential, type Random } from '../../src/random/random.ts'
import { createRedactor } from '../../src/redaction/redact.ts'
import { dependenciesOf, describeEnvironment } from '../../src/results/environment.ts'
import type { Money } from '../../src/results/money-balance.ts'
import { parseThresholds } from '../../src/results/parse-threshold.ts'
import { createRunRecorder } from '../../src/results/run-recorder.ts'
import type { RunSnapshot } from '../../src/results/snapshot-schema.ts'
import { buildSummary } from '../../src/results/summary.ts'
import type { Stop, Summary } from '../../src/results/summary-schema.ts'
import type { TimelineLine } from '../../src/results/timeline-line.ts'

/** What kind of run to make up. */
export type Scenario = {
  users: number
  ratePerSecond: number
  /** Number of flows that the personal server serves at the same time; further ones wait. */
  serverSlots: number
  /** Share of flows that fail for reasons of their own. */
  failureShare: number
  /** When the chain's endpoint starts to limit the rate, and for how long; `null` never. */
  incident: { fromMs: number; forMs: number } | null
  thresholds: string[]
  preset: string | null
  target: string
  embedded: boolean
  /** The run is interrupted at this time. */
  interruptAtMs?: number
  /** Replaces every error's message. */
  errorText?: string
}

/** Everything that a run leaves behind, made up. */
export type MadeRun = {
  summary: Summary
  timeline: TimelineLine[]
  flows: FlowRecord[]
  snapshots: RunSnapshot[]
  environment: ReturnType<typeof describeEnvironment>
  config: unknown
}

/** A stack that handles its load. */
export const healthy: Scenario = {
  users: 900,
  ratePerSecond: 3,
  serverSlots: 60,
  failureShare: 0.012,
  incident: null,
  thresholds: ['success >= 85%', 'flow.p95 < 45s', 'flowsPerSecond >= 2.5', 'lag.p99 < 20ms', 'rss < 1GB'],
  preset: 'conservative',
  target: 'local',
  embedded: true,
}

/** A stack that breaks: its personal server is the bottleneck, and its RPC endpoint limits the rate. */
export const overloaded: Scenario = {
  users: 1000,
  ratePerSecond: 5,
  serverSlots: 24,
  failureShare: 0.02,
  incident: { fromMs: 95_000, forMs: 25_000 },
  thresholds: [
    'success >= 85%',
    'flow.p95 < 45s',
    'step.confirm.p99 < 10s',
    'errors.CHAIN_RATE_LIMITED == 0',
  ],
  preset: 'burst',
  target: 'moksha',
  embedded: false,
}

/** Typical duration of each step in milliseconds, and how widely it spreads (sigma of a log-normal). */
const stepShape: Record<StepName, readonly [medianMs: number, sigma: number]> = {
  data: [2, 0.3],
  encrypt: [18, 0.25],
  upload: [310, 0.35],
  grantee: [1, 0.4],
  identity: [190, 0.4],
  grant: [150, 0.35],
  seal: [1.2, 0.3],
  sign: [42, 0.3],
  submit: [95, 0.4],
  confirm: [3200, 0.5],
  request: [420, 0.45],
  result: [5200, 0.4],
}

const failures: readonly (readonly [ErrorCode, StepName, string])[] = [
  ['STORAGE_FAILED', 'upload', 'The storage service answered 503: Backend Error'],
  [
    'SERVER_FAILED',
    'request',
    'The server answered 500 COMPUTE_ERROR: Compute operation failed: upstream timed out',
  ],
  [
    'TX_REVERTED',
    'confirm',
    'The contract refused the transaction: ServerNotTrusted(0x5A0b54D5dc17e0AadC383d2db43B0a0D3E029c4c)',
  ],
  ['INFERENCE_FAILED', 'result', 'The personal server reported that the operation failed.'],
]

/**
 * Makes up a run: users come by a Poisson process, go through all steps, wait for a server of limited capacity and meet
 * failures. The real recorder and summary make everything that is returned.
 */
export function makeRun(scenario: Scenario, seed = 'report'): MadeRun {
  const random = createRandom(seed, 'flows')
  const flows = simulate(scenario, createRandom(seed, 'arrivals'), random)
  const startedAt = new Date('2026-08-01T14:22:33Z')
  const redact = createRedactor()
  const rpc: RpcTotals = { ...noRpcCalls, byMethod: {} }
  const call = (method: string, by: number) => {
    rpc.calls += by
    rpc.byMethod[method] = (rpc.byMethod[method] ?? 0) + by
  }
  const load = { active: 0, seconds: 0, cpuMs: 0, peak: 0 }
  const usage = createComponentUsage()
  const recorder = createRunRecorder({
    run: {
      id: '20260801-142233-7f3k9a',
      preset: scenario.preset,
      target: scenario.target,
      seed: 42,
      startedAt: startedAt.toISOString(),
    },
    planned: scenario.users,
    redact,
    rpcTotals: () => rpc,
    resources: madeUpResources(load, random),
    ...(scenario.embedded ? { components: usage } : {}),
  })

  const lags = flows.map(() => 0.25 + exponential(random) * 0.5 + (random() < 0.01 ? 4 * random() : 0))
  const events = flows
    .flatMap((flow, position) => [
      ...(flow.dueMs > flow.endedMs ? [] : [{ atMs: flow.dueMs, run: () => recorder.arrived() }]),
      ...(flow.startedMs === null ? [] : [{ atMs: flow.startedMs, run: () => start(lags[position] ?? 0) }]),
      { atMs: flow.endedMs, run: () => end(flow) },
    ])
    .sort((a, b) => a.atMs - b.atMs)
  const start = (lagMs: number) => {
    load.active += 1
    recorder.started({ lagMs, waits: null })
  }
  const end = (flow: FlowRecord) => {
    if (flow.startedMs !== null) load.active -= 1
    if (flow.tx !== null) call('eth_sendRawTransaction', 1)
    call('eth_call', flow.startedMs === null ? 0 : 2)
    if (flow.error?.code === 'CHAIN_RATE_LIMITED') rpc.failed += 4
    recorder.ended(flow)
  }

  const timeline: TimelineLine[] = []
  const snapshots: RunSnapshot[] = []
  const arrivalsEndMs = flows.at(-1)?.dueMs ?? 0
  const endMs = flows.reduce((latest, flow) => Math.max(latest, flow.endedMs), 0)
  let next = 0
  for (let nowMs = 1000; nowMs < endMs + 1000; nowMs += 1000) {
    recorder.phase(phaseAt(nowMs, arrivalsEndMs))
    while (events[next] !== undefined && (events[next]?.atMs ?? 0) <= nowMs) {
      events[next]?.run()
      next += 1
    }
    call('eth_getBlockReceipts', nowMs % 6000 === 0 ? 1 : 0)
    call('eth_gasPrice', nowMs % 6000 === 0 ? 1 : 0)
    load.seconds += 1
    usage.observe(nowMs, madeUpComponents(load, nowMs))
    timeline.push(recorder.tick(nowMs))
    snapshots.push(recorder.snapshot(nowMs))
  }

  const measurements = recorder.measurements()
  const stopped: Stop | null =
    scenario.interruptAtMs === undefined ? null : { reason: 'interrupted', message: 'Interrupted by SIGINT.' }
  const environment = madeUpEnvironment(scenario)
  const summary = buildSummary({
    version: '0.1.0',
    run: {
      id: '20260801-142233-7f3k9a',
      preset: scenario.preset,
      target: scenario.target,
      seed: 42,
      startedAt: startedAt.toISOString(),
    },
    endedAt: new Date(startedAt.getTime() + endMs),
    durationMs: endMs,
    measurements,
    dependencies: environment.dependencies,
    money: madeUpMoney(measurements.gas.costWei, scenario.users),
    thresholds: parseThresholds(scenario.thresholds).thresholds,
    stopped,
  })
  return { summary, timeline, flows, snapshots, environment, config: madeUpConfig(scenario) }
}

function simulate(scenario: Scenario, arrivals: Random, random: Random): FlowRecord[] {
  const flows: FlowRecord[] = []
  const freeAt = Array.from({ length: scenario.serverSlots }, () => 0)
  let dueMs = 0
  for (let index = 0; index < scenario.users; index += 1) {
    // A ramp-up over the first tenth of the users.
    const share = Math.min(1, 0.15 + (index / scenario.users) * 8.5)
    dueMs += (exponential(arrivals) * 1000) / (scenario.ratePerSecond * share)
    flows.push(simulateFlow(scenario, index, dueMs, freeAt, random))
  }
  return flows
}

function simulateFlow(
  scenario: Scenario,
  index: number,
  dueMs: number,
  freeAt: number[],
  random: Random,
): FlowRecord {
  const { interruptAtMs = Number.POSITIVE_INFINITY, incident } = scenario
  const base = {
    index,
    wallet: hex(random, 40),
    dueMs,
    verified: null,
    tx: null,
    droppedBecause: null,
    error: null,
  }
  if (dueMs > interruptAtMs) {
    return {
      ...base,
      startedMs: null,
      endedMs: interruptAtMs,
      outcome: 'dropped',
      steps: {},
      droppedBecause: 'run-stopped',
    }
  }
  if (freeAt.every((at) => at > dueMs + 30_000)) {
    return {
      ...base,
      startedMs: null,
      endedMs: dueMs + 5000,
      outcome: 'dropped',
      steps: {},
      droppedBecause: 'concurrency-limit',
    }
  }
  const startedMs = dueMs + 0.3 + exponential(random) * 0.4
  const steps: FlowRecord['steps'] = {}
  const chosen =
    random() < scenario.failureShare ? failures[Math.floor(random() * failures.length)] : undefined
  let nowMs = startedMs
  let tx: FlowRecord['tx'] = null
  const fail = (
    code: ErrorCode,
    step: StepName,
    message: string,
    outcome: FlowRecord['outcome'],
  ): FlowRecord => ({
    ...base,
    startedMs,
    endedMs: nowMs,
    outcome,
    steps,
    tx,
    error: { code, step, message: scenario.errorText ?? message, retriable: errorCatalog[code].retriable },
  })

  for (const step of stepNames) {
    const [medianMs, sigma] = stepShape[step]
    let ms = medianMs * Math.exp(sigma * gaussian(random))
    const limited = incident !== null && nowMs > incident.fromMs && nowMs < incident.fromMs + incident.forMs
    if (step === 'result') {
      const slot = freeAt.indexOf(Math.min(...freeAt))
      const waitMs = Math.max(0, (freeAt[slot] ?? 0) - nowMs)
      freeAt[slot] = nowMs + waitMs + ms
      ms += waitMs
    }
    if (limited && step === 'submit') ms += 4000 + 3000 * random()
    steps[step] = ms
    nowMs += ms
    if (nowMs > interruptAtMs + 10_000) {
      nowMs = interruptAtMs + 10_000
      return fail('ABORTED', step, 'The run was stopped.', 'aborted')
    }
    if (nowMs - startedMs > 60_000) {
      nowMs = startedMs + 60_000
      return fail('FLOW_TIMEOUT', step, 'The flow took longer than 60 s.', 'timed-out')
    }
    if (limited && step === 'submit' && random() < 0.8) {
      return fail(
        'CHAIN_RATE_LIMITED',
        step,
        'The endpoint answered 429 Too Many Requests; retried 4 times.',
        'failed',
      )
    }
    if (step === 'submit') {
      const gasUsed = 512_000 + Math.floor(random() * 30_000)
      tx = {
        hash: hex(random, 64),
        permissionId: null,
        blockNumber: 812_000 + Math.floor(nowMs / 6000),
        gasUsed,
        gasPriceWei: 25_000_000_000n,
        times: null,
      }
    }
    if (chosen?.[1] === step) return fail(chosen[0], step, chosen[2], 'failed')
    if (step === 'confirm' && tx !== null) tx = { ...tx, permissionId: String(4000 + index) }
  }
  return {
    ...base,
    startedMs,
    endedMs: nowMs,
    outcome: 'succeeded',
    steps,
    tx,
    verified: scenario.embedded ? true : null,
  }
}

function madeUpComponents(load: { active: number; seconds: number }, nowMs: number) {
  const reading = (share: number, busy: number | null, queueDepth: number | null) => ({
    cpuMs: nowMs * share,
    rssBytes: 60e6 + nowMs * 50,
    busy: busy === null ? null : { used: nowMs * busy, of: nowMs },
    queueDepth,
  })
  return {
    chain: reading(0.12, 0.2, null),
    storage: reading(0.03, null, Math.floor(load.active / 10)),
    personalServer: reading(0.3, 0.45, Math.floor(load.active / 4)),
    apiServer: reading(0.05, null, Math.floor(load.active / 5)),
  }
}

function madeUpResources(
  load: { active: number; seconds: number; cpuMs: number; peak: number },
  random: Random,
) {
  const delay = () => {
    const p99 = 0.8 + load.active * 0.03 + random()
    return { mean: p99 / 6, p50: 0.1, p99, max: p99 * (1.5 + random()) }
  }
  return {
    sample() {
      const cpuCores = 0.05 + load.active * 0.004 + random() * 0.03
      const rssBytes = Math.round(142e6 + load.active * 0.4e6 + load.seconds * 5e4 + random() * 3e6)
      load.cpuMs += cpuCores * 1000
      load.peak = Math.max(load.peak, rssBytes)
      return {
        cpuMs: load.cpuMs,
        cpuCores,
        machineShare: Math.min(1, 0.1 + cpuCores),
        rssBytes,
        heapUsedBytes: Math.round(rssBytes / 2),
        eventLoopDelayMs: delay(),
      }
    },
    totals: () => ({
      cpuMs: load.cpuMs,
      cores: 4,
      cpuCoresMean: load.cpuMs / Math.max(1, load.seconds * 1000),
      cpuCoresPeak: 0.05 + load.peak / 1e9,
      machineShare: 0.3,
      rssPeakBytes: load.peak,
      rssEndBytes: load.peak,
      eventLoopDelayMs: delay(),
    }),
  }
}

function madeUpEnvironment(scenario: Scenario) {
  const zero = `0x${'0'.repeat(40)}` as const
  const contracts = {
    permissions: zero,
    servers: zero,
    grantees: zero,
    registry: zero,
    schemas: zero,
    multicall3: zero,
    multisend: zero,
  }
  const environment = describeEnvironment({
    versions: { 'vana-load': '0.1.0', '@opendatalabs/vana-sdk': '0.1.0-alpha.47bbd13' },
    target: {
      name: scenario.target,
      chain: {
        id: 14800,
        rpcUrls: [scenario.embedded ? 'http://127.0.0.1:8545' : 'https://rpc.moksha.vana.org'],
        contracts,
      },
      storage: { provider: 'gcs', bucket: 'vana-load', urls: 'public' },
      personalServer: { url: 'https://test.server.vana.com/api/v1', profile: 'main-2025-09-05' },
      apiServer: { url: 'http://127.0.0.1:3001' },
      grantee: { id: 1, address: zero },
      faults: [],
      embedded: [],
    },
  })
  const dependencies = dependenciesOf({
    embedded: scenario.embedded
      ? ['chain', 'storage', 'personalServer', 'apiServer', 'model']
      : ['apiServer'],
  })
  return { ...environment, dependencies }
}

function madeUpMoney(costWei: string, users: number): Money {
  const funded = BigInt(users) * 100_000_000_000_000_000n
  const left = 1_234_500_000_000_000n
  const spent = BigInt(costWei)
  return {
    fundedWei: funded.toString(),
    spentWei: spent.toString(),
    sweptWei: (funded - spent - left).toString(),
    leftWei: left.toString(),
  }
}

function madeUpConfig(scenario: Scenario): unknown {
  return {
    schemaVersion: 1,
    settings: { preset: scenario.preset, 'load.rate': scenario.ratePerSecond },
    values: {
      preset: { value: scenario.preset, source: 'flag --preset' },
      target: { value: scenario.target, source: 'default' },
      users: { value: scenario.users, source: 'preset' },
      'load.rate': { value: `${scenario.ratePerSecond}/s`, source: 'flag --rate' },
      thresholds: { value: scenario.thresholds, source: 'preset' },
      'wallets.mnemonic': { value: '[redacted]', source: 'environment VANA_LOAD_MNEMONIC' },
    },
  }
}

function phaseAt(nowMs: number, arrivalsEndMs: number): string {
  if (nowMs < arrivalsEndMs * 0.15) return 'ramp-up'
  return nowMs < arrivalsEndMs ? 'sustain' : 'finish'
}

function gaussian(random: Random): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random())
}

function hex(random: Random, digits: number): `0x${string}` {
  const text = Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
  return `0x${text}`
}
