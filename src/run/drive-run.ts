import { type Clock, systemClock } from '../async/clock.ts'
import { raceAbort } from '../async/race-abort.ts'
import { loadProfileOf } from '../config/load-profile.ts'
import type { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import { shareOf } from '../load/split.ts'
import { startResourceSampler } from '../metrics/resources.ts'
import type { RpcTotals } from '../metrics/rpc-totals.ts'
import { parseThresholds } from '../results/parse-threshold.ts'
import type { RunFolder } from '../results/run-folder.ts'
import { createRunRecorder, type RunRecorder } from '../results/run-recorder.ts'
import type { RunIdentity } from '../results/snapshot-schema.ts'
import type { Warning } from '../results/summary-schema.ts'
import { openToCallers } from './caller-observers.ts'
import type { Connection } from './connection.ts'
import { driveUsers } from './drive-users.ts'
import type { GranteeLoad } from './grantee-load.ts'
import type { LoadTest } from './load-test.ts'
import { observeSteps } from './observe-steps.ts'
import { ownObservers } from './own-observers.ts'
import { createTargetProtection } from './protect-target.ts'
import { startRunClock } from './run-clock.ts'
import { combineObservers } from './run-observer.ts'
import type { StopControl } from './stop-control.ts'
import { createStopRules } from './stop-rules.ts'
import type { UserWallets } from './user-wallets.ts'
import type { ComponentWatch } from './watch-components.ts'
import type { StallWatch } from './watch-stalls.ts'

/** The parts of a {@link LoadTest} that driving its users needs. */
export type DrivenTest = Pick<LoadTest, 'config' | 'redact' | 'view' | 'conductor' | 'observers'>

/** What {@link driveRun} works with: a run that is open and funded. */
export type DriveRunParts = {
  id: string
  stop: StopControl
  connection: Pick<Connection, 'target' | 'startFaults'> & { client: DrivenClient }
  wallets: Pick<UserWallets, 'walletOf' | 'funded' | 'flowEnded' | 'fundingState' | 'spentWei'>
  folder: Pick<RunFolder, 'appendFlow' | 'appendTimeline'>
  grantees: GranteeLoad
  stalls: Pick<StallWatch, 'tick'>
  components: Pick<ComponentWatch, 'take' | 'totals' | 'apiServerCalls'>
  /** RPC calls of the run so far. */
  rpcTotals: () => RpcTotals
  /** What the run waits with. @default the monotonic clock of this process */
  clock?: Clock | undefined
  /** Reads the wall clock. @default the system's */
  date?: (() => Date) | undefined
}

type DrivenClient = Pick<VanaLoadTestClient, 'runFlow'> & {
  connection: { rpc: Pick<VanaLoadTestClient['connection']['rpc'], 'onRateLimit'> }
}

/** A run whose users have all ended. */
export type DrivenRun = {
  identity: RunIdentity
  planned: number
  /** From the zero of the run's clock to the end of the last user, in milliseconds. */
  durationMs: number
  recorder: RunRecorder
  /** Warnings about the run's observers and grantees. */
  warnings(): Warning[]
}

/**
 * Waits until everything is ready for the first user, starts the target's faults and the run's clock, and drives all users.
 * All times of the run count from this clock.
 */
export async function driveRun(test: DrivenTest, parts: DriveRunParts): Promise<DrivenRun> {
  const { config, redact, view, conductor } = test
  const { id, stop, connection, wallets, folder, grantees, stalls, components, rpcTotals } = parts
  await untilReady(test, stop)
  connection.startFaults?.()
  const clock = startRunClock(parts.clock ?? systemClock, parts.date)
  const { preset, seed } = config
  const startedAt = clock.startedAt.toISOString()
  const identity = { id, preset, target: connection.target.name, seed, startedAt }
  const profile = loadProfileOf(config)
  const planned = shareOf(config.users, config.load.part)
  const resources = startResourceSampler()
  const protection = createTargetProtection({ config, profile, clock, note: view.note, stop: stop.stop })
  const recorder = createRunRecorder({
    run: identity,
    planned,
    redact,
    resources,
    rpcTotals,
    components,
    apiServerCalls: components.apiServerCalls,
    funding: wallets.fundingState,
    spending: () => ({ spentWei: String(wallets.spentWei()), capWei: String(config.limits.maxSpendWei) }),
    protection,
  })
  const rules = createStopRules({ config, thresholds: parseThresholds(config.thresholds).thresholds, stop })
  const own = ownObservers({ recorder, wallets, grantees, folder, protection, stalls, view })
  const callers = openToCallers(test.observers ?? [], { redact, note: view.note })
  const onFailure = stopOnFailure(stop)
  const observer = combineObservers([
    ...[...own, rules, ...(conductor ? [conductor] : [])].map((one) => ({ observer: one, onFailure })),
    ...callers.observers,
  ])
  const unwatch = connection.client.connection.rpc.onRateLimit(protection.chainLimited)
  try {
    await driveUsers({
      config,
      profile,
      clock,
      client: connection.client,
      runId: id,
      stop,
      gate: protection.gate,
      walletOf: (index) => wallets.walletOf(index, (ms) => recorder.fundingWaited(ms)),
      async funded(index, signal) {
        const sinceMs = clock.now()
        await wallets.funded(index, signal)
        recorder.fundingWaited(clock.now() - sinceMs)
      },
      observer,
      steps: observeSteps(protection.observer, view.step),
      asked: conductor?.arrivals?.(clock.elapsed, stop.starting),
      measure: (elapsedMs) => ({ second: recorder.tick(elapsedMs), snapshot: recorder.snapshot(elapsedMs) }),
    })
  } finally {
    unwatch()
    resources.stop()
  }
  const warnings = (): Warning[] => [...grantees.warnings(), ...callers.warnings()]
  return { identity, planned, durationMs: clock.elapsed(), recorder, warnings }
}

/** Waits for another program that decides when users are due; one that fails stops the run, and so drops all users. */
async function untilReady({ conductor, view }: DrivenTest, stop: StopControl): Promise<void> {
  try {
    await raceAbort(conductor?.ready() ?? Promise.resolve(), stop.starting)
    view.note('users are arriving')
  } catch (error) {
    if (!stop.starting.aborted) stopOnFailure(stop)(error)
  }
}

const stopOnFailure =
  (stop: Pick<StopControl, 'stop'>) =>
  (error: unknown): void =>
    stop.stop({ reason: 'error', message: error instanceof Error ? error.message : String(error) })
