import type { FlowRecord } from '../flow/flow-record.ts'
import type { Redactor } from '../redaction/redact.ts'
import type { Warning } from '../results/summary-schema.ts'
import type { GuardedObserver, RunObserver } from './run-observer.ts'

/** The observers that the caller of a run has passed. */
export type CallerObservers = {
  observers: GuardedObserver[]
  /** Warnings for the summary, one for each observer that threw. */
  warnings(): Warning[]
}

/**
 * Isolates the run from a caller's observers: they get copies without secrets, and an error in one becomes a note and a
 * warning. It neither stops the run nor changes its exit code.
 */
export function openToCallers(
  observers: readonly RunObserver[],
  { redact, note }: { redact: Pick<Redactor, 'deep'>; note: (text: string) => void },
): CallerObservers {
  const failures = new Map<number, { count: number; message: string }>()
  const copy = <Value>(value: Value): Value => redact.deep(value) as Value
  const copyOfRecord = (record: FlowRecord): FlowRecord => {
    const copied = copy(record)
    // A copy fit for JSON has its bigints as texts.
    const gasPriceWei = record.tx?.gasPriceWei ?? null
    return { ...copied, tx: copied.tx && { ...copied.tx, gasPriceWei } }
  }
  const onFailure = (number: number, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error)
    const earlier = failures.get(number)
    failures.set(number, { count: (earlier?.count ?? 0) + 1, message: earlier?.message ?? message })
    if (earlier === undefined) note(`observer ${number} failed: ${message}`)
  }
  return {
    observers: observers.map((observer, position) => ({
      observer: {
        arrived: (arrival) => observer.arrived?.({ ...arrival }),
        started: (start) => observer.started?.(copy(start)),
        ended: (record) => observer.ended?.(copyOfRecord(record)),
        tick: (tick) => observer.tick?.(copy(tick)),
        phase: (phase) => observer.phase?.({ ...phase }),
      },
      onFailure: (error) => onFailure(position + 1, error),
    })),
    warnings: () =>
      [...failures].map(([number, { count, message }]) => ({
        code: 'OBSERVER_FAILED',
        message: `Observer ${number} of the caller threw ${count} times; first: ${message}`,
        hint: 'The run itself is complete. Handle errors in the observer, and read what it missed from flows.ndjson.',
      })),
  }
}
