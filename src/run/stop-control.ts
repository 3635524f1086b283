import { setMaxListeners } from 'node:events'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { Stop } from '../results/summary-schema.ts'

/** How and why a run ends before its load profile does. */
export type StopControl = {
  /** Aborted when no user may start any more. */
  readonly starting: AbortSignal
  /** Aborted, with a `LoadTestError`, when flows in flight have to end. */
  readonly flows: AbortSignal
  /** Aborted when the run waits for nothing any more, not even the return of funds. */
  readonly forced: AbortSignal
  /** Why the run was stopped; `null` if it was not. */
  reason(): Stop | null
  /** Stops the run: no new users, and flows in flight get their grace period. The first reason counts. */
  stop(stop: Stop): void
  /** Ends flows in flight at once; they fail with this error. */
  endFlows(error: LoadTestError): void
  /** Removes listeners and timers. */
  dispose(): void
}

/**
 * Makes the single place where a run is stopped.
 *
 * @param options.interrupt stops the run, as the first Ctrl-C does. @default nothing does
 * @param options.forced ends it at once, as the second does. @default nothing does
 * @param options.graceMs time that flows in flight have after a stop
 */
export function createStopControl(options: {
  interrupt?: AbortSignal | undefined
  forced?: AbortSignal | undefined
  graceMs: number
}): StopControl {
  const { interrupt = never(), forced = never(), graceMs } = options
  const starting = new AbortController()
  const flows = new AbortController()
  // Every flow, or every wallet that is swept, listens to these.
  setMaxListeners(0, starting.signal, flows.signal, forced)
  let reason: Stop | null = null
  let grace: NodeJS.Timeout | undefined

  const control: StopControl = {
    starting: starting.signal,
    flows: flows.signal,
    forced,
    reason: () => reason,
    stop(stop) {
      // A target that is gone is the reason for the failures that tripped the breaker.
      if (stop.reason === 'target-lost' && reason?.reason === 'circuit-breaker') reason = stop
      if (reason) return
      reason = stop
      const error = new LoadTestError('ABORTED', `The run was stopped: ${stop.message}`)
      starting.abort(error)
      grace = setTimeout(() => flows.abort(error), graceMs)
    },
    endFlows: (error) => flows.abort(error),
    dispose() {
      clearTimeout(grace)
      interrupt.removeEventListener('abort', onInterrupt)
      forced.removeEventListener('abort', onForced)
    },
  }
  const onInterrupt = (): void => control.stop({ reason: 'interrupted', message: 'interrupted by a signal' })
  const onForced = (): void => {
    onInterrupt()
    flows.abort(new LoadTestError('ABORTED', 'The run was stopped at once.'))
  }
  if (interrupt.aborted) onInterrupt()
  else interrupt.addEventListener('abort', onInterrupt, { once: true })
  if (forced.aborted) onForced()
  else forced.addEventListener('abort', onForced, { once: true })
  return control
}

const never = (): AbortSignal => new AbortController().signal
