import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../async/clock.ts'
import type { Environment } from '../config/environment-layer.ts'
import { loadProfileOf } from '../config/load-profile.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { StepObserver } from '../flow/step-runner.ts'
import type { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import type { LoadProfile } from '../load/profile.ts'
import { profilePhases } from '../load/profile-phase.ts'
import { shareOf } from '../load/split.ts'
import { startResourceSampler } from '../metrics/resources.ts'
import { noRpcCalls, type RpcTotals, rpcSince } from '../metrics/rpc-totals.ts'
import type { Redactor } from '../redaction/redact.ts'
import { formatMeasured } from '../report/format-value.ts'
import { dependenciesOf, describeEnvironment } from '../results/environment.ts'
import { findAbort } from '../results/evaluate-thresholds.ts'
import { noMoney } from '../results/money-balance.ts'
import { parseThresholds, type Threshold } from '../results/parse-threshold.ts'
import { createRunFolder, type RunFolder } from '../results/run-folder.ts'
import { makeRunId } from '../results/run-id.ts'
import { createRunRecorder, type RunRecorder } from '../results/run-recorder.ts'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import { buildSummary } from '../results/summary.ts'
import type { Summary, ThresholdResult } from '../results/summary-schema.ts'
import { carryUsers } from './carry-users.ts'
import { type GranteeLoad, watchGrantees } from './grantee-load.ts'
import { createTargetProtection, type TargetProtection } from './protect-target.ts'
import { openRunStage, type RunStage } from './run-stage.ts'
import { createStopControl, type StopControl } from './stop-control.ts'
import { type MoneySettlement, openUserWallets, type UserWallets } from './user-wallets.ts'
import { watchComponents } from './watch-components.ts'

/** Told how a run goes, for people. */
export type RunView = {
  /** What is being done before and after the users come: `starting the embedded stack`. */
  note(text: string): void
  /** Where the run stands; about once a second. */
  update(snapshot: RunSnapshot): void
  /** A step of a flow that ended; only where every step is to be shown. */
  step?: ((text: string) => void) | undefined
}

/** One load test to be made. */
export type LoadTest = {
  config: LoadTestConfig
  /** For `config.json`: the values with their sources, free of secrets. */
  document: unknown
  redact: Redactor
  /** Environment variables, with those of an env file. */
  environment: Environment
  /** Version of this program. */
  version: string
  /** Absolute path of the folder under which the run gets its own. */
  resultsDirectory: string
  /** First and second interruption. */
  interrupt: AbortSignal
  forced: AbortSignal
  view: RunView
}

/** A run that took place. */
export type CompletedRun = { summary: Summary; folder: RunFolder }

/**
 * Makes one load test, from configuration to summary: target, wallets, users, books.
 *
 * What fails before the first user comes is thrown, and leaves no folder behind; from then on, there is a summary.
 *
 * @param given a target and client that are there already and stay; otherwise the run opens its own, and closes them
 * @throws LoadTestError RESULTS_UNWRITABLE, TESTBED_START_FAILED, TARGET_NOT_READY, CHAIN_*, ...
 */
export async function runLoadTest(test: LoadTest, given?: RunStage): Promise<CompletedRun> {
  const { config, redact, view } = test
  const startedAt = new Date()
  const runId = makeRunId(startedAt, Math.random)
  const { thresholds } = parseThresholds(config.thresholds)
  const folder = await createRunFolder({ resultsDir: test.resultsDirectory, runId, redact })
  const stop = createStopControl({ ...test, graceMs: config.load.graceMs })
  const open: { close(): Promise<unknown> }[] = []
  let begun = false
  try {
    await folder.writeConfig(test.document)
    const stage =
      given ??
      (await openRunStage({
        config,
        environment: test.environment,
        runId,
        note: view.note,
        signal: stop.starting,
      }))
    if (given === undefined) open.push(stage)
    watchTarget(stage, stop)
    const { target, client } = stage
    await folder.writeEnvironment(describeEnvironment({ target, versions: { 'vana-load': test.version } }))
    // A client that others used before has made calls of its own.
    const rpcBefore = given === undefined ? noRpcCalls : rpcTotalsOf(client)
    const wallets = await openUserWallets({
      config,
      target,
      connection: client.connection,
      redact,
      journalFile: folder.file('funding'),
      note: view.note,
      signal: stop.starting,
    })
    open.push(wallets)

    if (config.flow.submission === 'direct') view.note('funding the first users')
    await wallets.firstFunded(stop.starting)
    const identity = {
      id: runId,
      preset: config.preset,
      target: target.name,
      seed: config.seed,
      startedAt: new Date().toISOString(),
    }
    const grantees = await watchGrantees({
      config,
      target,
      rpc: client.connection.rpc,
      note: view.note,
      signal: stop.starting,
    })
    const resources = startResourceSampler()
    const components = await watchComponents(target, client.connection, config.secrets.apiServerToken)
    open.push(components)
    const profile = loadProfileOf(config)
    const protection = createTargetProtection({
      config,
      profile,
      clock: systemClock,
      note: view.note,
      stop: stop.stop,
    })
    const recorder = createRunRecorder({
      run: identity,
      planned: shareOf(config.users, config.load.part),
      redact,
      resources,
      rpcTotals: () => rpcSince(rpcBefore, rpcTotalsOf(client)),
      components,
      apiServerCalls: components.apiServerCalls,
      funding: wallets.fundingState,
      protection,
    })
    begun = true
    view.note('users are coming')
    const durationMs = await coming(test, {
      runId,
      client,
      wallets,
      recorder,
      folder,
      stop,
      thresholds,
      grantees,
      profile,
      protection,
    })
    resources.stop()
    await components.close()
    if (stop.reason()?.reason === 'circuit-breaker') await Promise.race([stage.lost, sleep(lossNoticeMs)])
    const measurements = recorder.measurements()
    const money = await settleMoney(wallets, test.forced)
    const summary = buildSummary({
      version: test.version,
      run: identity,
      endedAt: new Date(),
      durationMs,
      measurements,
      dependencies: dependenciesOf(target),
      faults: target.faults,
      money: money.statement,
      problems: money.problems,
      warnings: grantees.warnings(),
      thresholds,
      stopped: stop.reason(),
      part: config.load.part.count > 1 ? config.load.part : null,
    })
    await folder.writeSummary(summary)
    return { summary, folder }
  } catch (error) {
    if (!begun) await discard(folder)
    throw stop.reason()?.reason === 'target-lost' && stop.flows.aborted ? stop.flows.reason : error
  } finally {
    stop.dispose()
    for (const part of open.reverse()) await part.close()
    if (begun) await folder.close()
  }
}

type RunParts = {
  runId: string
  client: VanaLoadTestClient
  wallets: UserWallets
  recorder: RunRecorder
  folder: RunFolder
  stop: StopControl
  grantees: GranteeLoad
  profile: LoadProfile
  protection: TargetProtection
  thresholds: readonly Threshold[]
}

/** From the first due user to the end of the last; returns how long that took, in milliseconds. */
async function coming(
  test: LoadTest,
  { runId, client, wallets, recorder, folder, stop, thresholds, grantees, profile, protection }: RunParts,
): Promise<number> {
  const { config, view } = test
  const phaseAt = profilePhases(profile)
  const originMs = performance.now()
  const elapsed = (): number => performance.now() - originMs
  const onEnd = (record: FlowRecord): void => {
    recorder.ended(record)
    wallets.flowEnded(record)
    if (record.tx?.permissionId) grantees.granted()
    folder.appendFlow(record).catch(onDiskError)
    const { outcome, error } = record
    if (config.failFast && (outcome === 'failed' || outcome === 'timed-out')) {
      stop.stop({ reason: 'fail-fast', message: `flow ${record.index} ${outcome}` })
    } else if (error?.code === 'SPENDING_CAP' && outcome === 'failed') {
      stop.stop({ reason: 'spending-cap', message: error.message })
    }
    protection.ended(record)
  }
  const onDiskError = (error: unknown): void => {
    stop.stop({ reason: 'error', message: error instanceof Error ? error.message : String(error) })
  }
  const tick = (): void => {
    recorder.enterPhase(phaseAt(elapsed()))
    protection.tick()
    folder.appendTimeline(recorder.tick(elapsed())).catch(onDiskError)
    const snapshot = recorder.snapshot(elapsed())
    const broken = findAbort(thresholds, snapshot, elapsed())
    if (broken) stop.stop({ reason: 'threshold', message: brokenWords(broken) })
    view.update(snapshot)
  }
  const timer = setInterval(tick, 1000)
  const unwatch = client.connection.rpc.onRateLimit(protection.chainLimited)
  try {
    await carryUsers({
      config,
      profile,
      client,
      runId,
      stop,
      walletOf: wallets.walletOf,
      async funded(index, signal) {
        const sinceMs = performance.now()
        await wallets.funded(index, signal)
        recorder.fundingWaited(performance.now() - sinceMs)
      },
      gate: protection.gate,
      observer: observeSteps(protection.observer, view.step),
      onArrival: (lagMs) => recorder.arrived(lagMs),
      onStart: () => recorder.started(),
      onEnd,
    })
  } finally {
    clearInterval(timer)
    unwatch()
    tick()
  }
  return elapsed()
}

const brokenWords = ({ expression, actual, unit }: ThresholdResult): string =>
  `${expression}: it was ${formatMeasured(actual, unit)}`

/** Watches the steps of every flow, and tells each on a line if that is wanted. */
function observeSteps(
  watch: StepObserver,
  tell: ((text: string) => void) | undefined,
): (index: number) => StepObserver {
  if (tell === undefined) return () => watch
  return (index) => ({
    ...watch,
    onStepEnd: (step, durationMs) =>
      tell(`flow ${index}  ${step.padEnd(9)} ${durationMs.toFixed(0).padStart(6)} ms`),
    onStepError: (step, durationMs, error) =>
      tell(
        `flow ${index}  ${step.padEnd(9)} ${durationMs.toFixed(0).padStart(6)} ms  ${error.code}: ${error.message}`,
      ),
  })
}

const notReturned = {
  code: 'ABORTED',
  message:
    'The run was stopped at once: what the wallets hold was not returned. `vana-load wallets sweep` returns it.',
}

/** The books are closed whatever happens: what can't be read or returned is a problem of the summary. */
async function settleMoney(wallets: UserWallets, forced: AbortSignal): Promise<MoneySettlement> {
  try {
    return await wallets.settle(forced)
  } catch (error) {
    if (forced.aborted) return { statement: noMoney, problems: [notReturned] }
    const { code, message } =
      error instanceof LoadTestError ? error : { code: 'INTERNAL', message: String(error) }
    return { statement: noMoney, problems: [{ code, message: `The money could not be settled: ${message}` }] }
  }
}

/** How long after the failures the end of the process that caused them may be noticed, in milliseconds. */
const lossNoticeMs = 1500

/** A target that ends by itself takes the run with it: flows under way fail as such, none starts any more. */
function watchTarget(target: Pick<RunStage, 'lost'>, stop: StopControl): void {
  void target.lost.then((error: LoadTestError) => {
    stop.stop({ reason: 'target-lost', message: error.message })
    stop.endFlows(error)
  })
}

function rpcTotalsOf({ connection: { rpc, feed } }: VanaLoadTestClient): RpcTotals {
  const { total, failed, byMethod } = rpc.calls()
  const byEndpoint = Object.fromEntries(
    rpc.endpoints().map(({ label, state: _state, headLag: _headLag, ...totals }) => [label, totals]),
  )
  return { calls: total, failed, byMethod, byEndpoint, clockAheadMs: feed.stats().clockAheadMs }
}

async function discard(folder: RunFolder): Promise<void> {
  await folder.close().catch(() => undefined)
  await rm(folder.path, { recursive: true, force: true }).catch(() => undefined)
}
