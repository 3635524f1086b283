/**
 * Drives users through the generator's engine without a target, and prints their outcomes. Schedule, wallets, records, results
 * on disk and the work of flows on threads are real; only server responses are prepared. A separate process, so that its
 * memory is the generator's.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadProfileOf } from '../src/config/load-profile.ts'
import { resolveConfig } from '../src/config/resolve-config.ts'
import type { FlowResult } from '../src/flow/data-portability-flow.ts'
import { openGate } from '../src/load/start-gate.ts'
import { startResourceSampler } from '../src/metrics/resources.ts'
import { createRedactor } from '../src/redaction/redact.ts'
import { createRunFolder } from '../src/results/run-folder.ts'
import { createRunRecorder } from '../src/results/run-recorder.ts'
import { driveUsers } from '../src/run/drive-users.ts'
import { startRunClock } from '../src/run/run-clock.ts'
import { combineObservers } from '../src/run/run-observer.ts'
import { createStopControl } from '../src/run/stop-control.ts'
import { createHdWallets } from '../src/wallets/hd-wallets.ts'
import { mnemonicFromEntropy } from '../src/wallets/mnemonic.ts'
import { openComputedFlow } from './computed-flow.ts'

const { values: args } = parseArgs({
  options: { flow: { type: 'string' }, users: { type: 'string' }, rate: { type: 'string' } },
})
const { flow = 'instant', users = '1000', rate } = args
const seed = 'bench'
const runId = 'bench'
const { config } = resolveConfig({
  flags: {
    '--users': users,
    '--seed': seed,
    '--concurrency': '200',
    // Without a rate, users start as others end, so that none queue up on a slow machine.
    ...(rate === undefined
      ? { '--arrival': 'batch', '--batch-size': '200', '--delay': '0' }
      : { '--arrival': 'poisson', '--rate': rate, '--patience': '1h' }),
  },
})

const instant: FlowResult = {
  outcome: 'succeeded',
  steps: {},
  tx: null,
  verified: null,
  error: null,
  answer: null,
}
const client =
  flow === 'instant' ? { runFlow: async () => instant, close: async () => {} } : await openComputedFlow(seed)

const stop = createStopControl({ graceMs: 1000 })
const redact = createRedactor()
const resultsDir = await mkdtemp(join(tmpdir(), 'vana-load-bench-'))
const folder = await createRunFolder({ resultsDir, runId, redact })
const wallets = createHdWallets(mnemonicFromEntropy(Buffer.alloc(16)))
const resources = startResourceSampler()
const recorder = createRunRecorder({
  run: { id: runId, preset: null, target: 'none', seed, startedAt: new Date().toISOString() },
  planned: config.users,
  redact,
  resources,
})
try {
  await driveUsers({
    config,
    profile: loadProfileOf(config),
    clock: startRunClock(),
    client,
    runId,
    stop,
    gate: openGate,
    walletOf: (index) => wallets.user(index),
    observer: combineObservers([
      {
        observer: {
          arrived: () => recorder.arrived(),
          started: (start) => recorder.started(start),
          ended(record) {
            recorder.ended(record)
            void folder.appendFlow(record)
          },
          tick: ({ second }) => void folder.appendTimeline(second),
        },
        onFailure: (error) => console.error(error),
      },
    ]),
    measure: (elapsedMs) => ({ second: recorder.tick(elapsedMs), snapshot: recorder.snapshot(elapsedMs) }),
  })
} finally {
  stop.dispose()
  resources.stop()
  await client.close()
  await folder.close()
  await rm(resultsDir, { recursive: true, force: true })
}
const { users: counts, arrivals, resources: used } = recorder.measurements()
console.log(
  JSON.stringify({
    succeeded: counts.succeeded,
    lagMs: { p50: arrivals.lagMs.p50, p99: arrivals.lagMs.p99 },
    eventLoopDelayP99Ms: used.eventLoopDelayMs.p99,
    rssPeakBytes: used.rssPeakBytes,
  }),
)
