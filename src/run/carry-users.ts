import { systemClock } from '../async/clock.ts'
import { raceAbort } from '../async/race-abort.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { FlowRecord, FlowWaits } from '../flow/flow-record.ts'
import type { FlowUser } from '../flow/flow-services.ts'
import { sinceStart } from '../flow/since-start.ts'
import { startLag } from '../flow/start-lag.ts'
import { type StepObserver, toFlowError } from '../flow/step-runner.ts'
import type { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import type { Arrival } from '../load/arrivals.ts'
import type { LoadProfile } from '../load/profile.ts'
import { runProfile } from '../load/run-profile.ts'
import type { StartGate } from '../load/start-gate.ts'
import type { StartWaits } from '../load/wait-clock.ts'
import type { Conductor } from './conductor.ts'
import type { StopControl } from './stop-control.ts'

/** What {@link carryUsers} needs. */
export type CarryUsersOptions = {
  config: LoadTestConfig
  profile: LoadProfile
  client: Pick<VanaLoadTestClient, 'runFlow'>
  /** Under whose name the users' objects are stored. */
  runId: string
  stop: StopControl
  /** Decides whether users may start. */
  gate: StartGate
  /** The wallet of a user of the run. */
  walletOf(index: number): FlowUser
  /** Resolves when the user's wallet has its coin. */
  funded(index: number, signal: AbortSignal): Promise<void>
  /** Watches the steps of a user's flow. */
  observer?: ((index: number) => StepObserver) | undefined
  /** Who says when users come. @default the profile's own clock */
  conductor?: Conductor | undefined
  onArrival(lagMs: number, waits: FlowWaits): void
  onStart(): void
  onEnd(record: FlowRecord): void
}

/**
 * Starts the users of a run as they are due, and carries each through its flow; returns when all have ended.
 *
 * A flow counts as started when its wallet is funded. Waiting for a place, for the gate and for funds is neither latency of
 * the target nor lag of the generator; each is recorded on its own.
 */
export async function carryUsers(options: CarryUsersOptions): Promise<void> {
  const { config, profile, client, runId, stop, gate, walletOf, funded, observer } = options
  const { conductor, onArrival, onStart, onEnd } = options
  const originMs = systemClock.now()
  const elapsed = (): number => systemClock.now() - originMs

  const carry = async (arrival: Arrival, admittedMs: number, startWaits: StartWaits): Promise<void> => {
    const wallet = walletOf(arrival.index)
    const common = {
      index: arrival.index,
      wallet: wallet.address,
      dueMs: arrival.dueMs,
      droppedBecause: null,
    }
    try {
      await raceAbort(funded(arrival.index, stop.flows), stop.flows)
    } catch (error) {
      const flowError = toFlowError(stop.flows.aborted ? stop.flows.reason : error, null)
      const outcome = flowError.code === 'ABORTED' ? 'aborted' : 'failed'
      onEnd({
        ...common,
        startedMs: null,
        endedMs: elapsed(),
        outcome,
        steps: {},
        tx: null,
        verified: null,
        error: flowError,
      })
      return
    }
    const startedMs = elapsed()
    const waits = { ...startWaits, fundingMs: startedMs - admittedMs }
    onArrival(startLag({ ...common, startedMs, waits }) ?? 0, waits)
    onStart()
    const { answer: _answer, ...result } = await client.runFlow(wallet, {
      signal: stop.flows,
      runId,
      ...(observer ? { observer: observer(arrival.index) } : {}),
    })
    onEnd({ ...common, startedMs, waits, endedMs: elapsed(), ...result, tx: sinceStart(result.tx, originMs) })
  }

  await runProfile(profile, {
    seed: config.seed,
    part: config.load.part,
    asked: conductor?.arrivals?.(elapsed, stop.starting),
    clock: systemClock,
    gate,
    signal: stop.starting,
    user: carry,
    onDropped: ({ index, dueMs }, reason) =>
      onEnd(droppedRecord(index, dueMs, Math.max(dueMs, elapsed()), reason)),
  })
}

function droppedRecord(index: number, dueMs: number, endedMs: number, reason: string): FlowRecord {
  return {
    index,
    wallet: null,
    dueMs,
    startedMs: null,
    endedMs,
    outcome: 'dropped',
    steps: {},
    tx: null,
    verified: null,
    error: null,
    droppedBecause: reason,
  }
}
