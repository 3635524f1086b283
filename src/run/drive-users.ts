import { raceAbort } from '../async/race-abort.ts'
import type { StartedClock } from '../async/started-clock.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import type { FlowUser } from '../flow/flow-services.ts'
import { sinceStart } from '../flow/since-start.ts'
import { startLag } from '../flow/start-lag.ts'
import { type StepObserver, toFlowError } from '../flow/step-runner.ts'
import type { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import type { Arrival } from '../load/arrivals.ts'
import type { DropReason } from '../load/executor.ts'
import type { LoadProfile } from '../load/profile.ts'
import { profilePhases } from '../load/profile-phase.ts'
import { runProfile } from '../load/run-profile.ts'
import type { LoadIndex } from '../load/split.ts'
import type { StartGate } from '../load/start-gate.ts'
import type { StartWaits } from '../load/wait-clock.ts'
import type { RunObserver, RunTick } from './run-observer.ts'
import type { StopControl } from './stop-control.ts'

/** Options of {@link driveUsers}. */
export type DriveUsersOptions = {
  config: Pick<LoadTestConfig, 'seed' | 'load'>
  profile: LoadProfile
  /** Due times count from its zero, and so do all times of records. */
  clock: StartedClock
  client: Pick<VanaLoadTestClient, 'runFlow'>
  /** Prefix of the names under which the users' files are stored. */
  runId: string
  stop: StopControl
  /** Decides whether users may start. */
  gate: StartGate
  walletOf(index: LoadIndex): FlowUser
  /** Resolves when the user's wallet has its funds. @default it has them */
  funded?: ((index: LoadIndex, signal: AbortSignal) => Promise<void>) | undefined
  /** Gets every arrival, start and end, the phases, and a tick a second. */
  observer: Required<RunObserver>
  /** Makes the observer of the steps of a user's flow. @default steps are not observed */
  steps?: ((index: number) => StepObserver) | undefined
  /** Arrivals that another program decides on. @default the profile decides */
  asked?: AsyncIterable<Arrival> | undefined
  /** Measures the second that ends. @default there are no ticks */
  measure?: ((elapsedMs: number) => Omit<RunTick, 'elapsedMs'>) | undefined
}

/**
 * Drives the users of a run: starts each when it is due, runs its flow, and reports what happens to the observer. Returns
 * when all have ended.
 *
 * A run that stops before the first user is due drops all users, so that each still ends in exactly one way. An error here
 * stops the run and becomes the reason of its stop.
 *
 * A flow starts when its wallet is funded. Waits for a place, for the gate and for funds are neither latency of the target
 * nor lag of the generator; each is recorded separately.
 */
export async function driveUsers(options: DriveUsersOptions): Promise<void> {
  const { config, profile, clock, stop, gate, observer, asked } = options
  const fail = (error: unknown): void => {
    stop.stop({ reason: 'error', message: error instanceof Error ? error.message : String(error) })
    stop.endFlows(new LoadTestError('ABORTED', 'The run was stopped.', { cause: error }))
  }
  const tick = createTick(options)
  const allEnded = new AbortController()
  const ticking = tickEachSecond(clock, tick, allEnded.signal).catch(fail)
  try {
    await runProfile(profile, {
      seed: config.seed,
      part: config.load.part,
      asked,
      clock,
      gate,
      signal: stop.starting,
      onArrival: observer.arrived,
      user: (arrival, admittedMs, waits) => driveUser(options, arrival, { admittedMs, waits }).catch(fail),
      onDropped: (arrival, reason) => observer.ended(droppedRecord(arrival, clock.elapsed(), reason)),
    })
  } catch (error) {
    fail(error)
  } finally {
    allEnded.abort()
    await ticking
    tick()
  }
}

/** Waits for a user's funds, then runs its flow. */
async function driveUser(
  { clock, client, runId, stop, walletOf, funded, observer, steps }: DriveUsersOptions,
  { index, dueMs }: Arrival,
  { admittedMs, waits: startWaits }: { admittedMs: number; waits: StartWaits },
): Promise<void> {
  const user = walletOf(index)
  const common = { index, wallet: user.address, dueMs, droppedBecause: null }
  try {
    await raceAbort(funded?.(index, stop.flows) ?? Promise.resolve(), stop.flows)
  } catch (cause) {
    const error = toFlowError(stop.flows.aborted ? stop.flows.reason : cause, null)
    const outcome = error.code === 'ABORTED' ? 'aborted' : 'failed'
    const nothing = { startedMs: null, steps: {}, tx: null, verified: null }
    observer.ended({ ...common, ...nothing, endedMs: clock.elapsed(), outcome, error })
    return
  }
  const startedMs = clock.elapsed()
  const waits = { ...startWaits, fundingMs: startedMs - admittedMs }
  const lagMs = startLag({ dueMs, startedMs, waits }) ?? 0
  observer.started({ index, wallet: user.address, dueMs, startedMs, waits, lagMs })
  const { answer: _answer, ...result } = await client.runFlow(user, {
    signal: stop.flows,
    runId,
    observer: steps?.(index),
  })
  const tx = sinceStart(result.tx, clock.originMs)
  observer.ended({ ...common, startedMs, waits, endedMs: clock.elapsed(), ...result, tx })
}

function droppedRecord({ index, dueMs }: Arrival, endedMs: number, reason: DropReason): FlowRecord {
  const nothing = { wallet: null, startedMs: null, steps: {}, tx: null, verified: null, error: null }
  return { index, dueMs, endedMs, outcome: 'dropped', droppedBecause: reason, ...nothing }
}

/** Reports the phase at the start; the returned function reports a change of phase, and closes the second. */
function createTick({ profile, clock, observer, measure }: DriveUsersOptions): () => void {
  const phaseAt = profilePhases(profile)
  let phase: string | undefined
  const reportPhase = (): void => {
    const atMs = clock.elapsed()
    const name = phaseAt(atMs)
    if (name === phase) return
    phase = name
    observer.phase({ name, atMs })
  }
  reportPhase()
  return () => {
    reportPhase()
    const elapsedMs = clock.elapsed()
    if (measure) observer.tick({ elapsedMs, ...measure(elapsedMs) })
  }
}

/** Ticks on an absolute schedule, until the signal aborts; seconds that the event loop missed are one tick. */
async function tickEachSecond(clock: StartedClock, tick: () => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    const nextMs = Math.floor(clock.elapsed() / 1000) * 1000 + 1000
    await clock.sleepUntil(clock.originMs + nextMs, signal).catch(() => undefined)
    if (signal.aborted) return
    tick()
  }
}
