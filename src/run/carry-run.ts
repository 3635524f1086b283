import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { StepObserver } from '../flow/step-runner.ts'
import type { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import type { LoadProfile } from '../load/profile.ts'
import { profilePhases } from '../load/profile-phase.ts'
import { formatMeasured } from '../report/format-value.ts'
import { findAbort } from '../results/evaluate-thresholds.ts'
import type { Threshold } from '../results/parse-threshold.ts'
import type { RunFolder } from '../results/run-folder.ts'
import type { RunRecorder } from '../results/run-recorder.ts'
import type { ThresholdResult } from '../results/summary-schema.ts'
import { carryUsers } from './carry-users.ts'
import type { GranteeLoad } from './grantee-load.ts'
import type { TargetProtection } from './protect-target.ts'
import type { LoadTest } from './run-load-test.ts'
import type { StopControl } from './stop-control.ts'
import type { UserWallets } from './user-wallets.ts'
import type { StallWatch } from './watch-stalls.ts'

/** What {@link carryRun} works with. */
export type RunParts = {
  runId: string
  client: VanaLoadTestClient
  wallets: UserWallets
  recorder: RunRecorder
  folder: RunFolder
  stop: StopControl
  grantees: GranteeLoad
  profile: LoadProfile
  protection: TargetProtection
  stalls: StallWatch
  thresholds: readonly Threshold[]
  /** Starts the faults of the target. @default it has none */
  startFaults?: (() => void) | undefined
}

/**
 * Carries the users of a run, and records what comes of it: flows, timeline, and what the view shows.
 *
 * A run that is stopped before the first user is due drops them all, so that each of them ended in one way. What goes wrong
 * here stops the run, and is its reason.
 *
 * @returns the time from the first due user to the end of the last, in milliseconds
 */
export async function carryRun(
  { config, view, conductor }: Pick<LoadTest, 'config' | 'view' | 'conductor'>,
  {
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
    stalls,
    startFaults,
  }: RunParts,
): Promise<number> {
  const phaseAt = profilePhases(profile)
  await raceAbort(conductor?.ready() ?? Promise.resolve(), stop.starting).catch(() => undefined)
  startFaults?.()
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
    conductor?.ended(record)
  }
  const onDiskError = (error: unknown): void => {
    stop.stop({ reason: 'error', message: messageOf(error) })
  }
  const tick = (): void => {
    recorder.enterPhase(phaseAt(elapsed()))
    protection.tick()
    stalls.tick()
    folder.appendTimeline(recorder.tick(elapsed())).catch(onDiskError)
    const snapshot = recorder.snapshot(elapsed())
    const broken = findAbort(thresholds, snapshot, elapsed())
    if (broken) stop.stop({ reason: 'threshold', message: brokenWords(broken) })
    view.update(snapshot, recorder)
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
      conductor,
      walletOf: (index) => wallets.walletOf(index, recorder.fundingWaited),
      async funded(index, signal) {
        const sinceMs = performance.now()
        await wallets.funded(index, signal)
        recorder.fundingWaited(performance.now() - sinceMs)
      },
      gate: protection.gate,
      observer: observeSteps(protection.observer, view.step),
      onArrival: recorder.arrived,
      onStart: () => recorder.started(),
      onEnd,
    })
  } catch (error) {
    stop.stop({ reason: 'error', message: messageOf(error) })
    stop.endFlows(new LoadTestError('ABORTED', 'The run was stopped.', { cause: error }))
  } finally {
    clearInterval(timer)
    unwatch()
    tick()
  }
  return elapsed()
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

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
