import { raceAbort } from '../async/race-abort.ts'
import { createBreather } from './breathe.ts'
import { createFifo } from './fifo.ts'
import { createPlaces } from './places.ts'
import type { ExecutorOptions } from './start-users.ts'

/** What {@link startBatches} needs. */
export type StartBatchesOptions = ExecutorOptions & {
  /** The numbers of the users of each batch. */
  batches: Iterable<Iterable<number>>
  /** From the end of a batch's last user to the start of the next batch, in milliseconds. */
  delayMs: number
}

/**
 * The executor of closed profiles: carries one batch after another, each user of a batch as soon as there is a place.
 *
 * A user is due when what it waits for has come about: the first ones of a batch when the delay is over, each other when
 * the one that made room for it has ended. So lag is the generator's own lateness here too, and nobody is dropped but by
 * a stop. The gate is one of the things that a user waits for.
 *
 * @example await startBatches({ batches: [[0, 1], [2, 3]], delayMs: 8000, concurrency: 2, clock, gate: openGate, signal, user, onDropped })
 */
export async function startBatches(options: StartBatchesOptions): Promise<void> {
  const { batches, delayMs, concurrency, clock, gate, signal, user, onDropped } = options
  const originMs = clock.now()
  const elapsed = (): number => clock.now() - originMs
  const breather = createBreather(clock.now)
  const freedMs = createFifo<number>()
  let onFreed: () => void = () => {}
  const places = createPlaces(concurrency, () => {
    freedMs.push(elapsed())
    onFreed()
  })
  const room = (): Promise<void> =>
    new Promise((resolve) => {
      onFreed = resolve
    })
  let onGate: () => void = () => {}
  gate.onChange(() => onGate())
  /** Waits until the gate lets the next user start; tells whether it had to. */
  const passGate = async (): Promise<boolean> => {
    for (let wasHeld = false; ; wasHeld = true) {
      const refusal = gate.refusal(clock.now())
      if (!refusal || signal.aborted) return wasHeld
      const changed = new AbortController()
      onGate = () => changed.abort()
      await clock
        .sleepUntil(refusal.untilMs, AbortSignal.any([signal, changed.signal]))
        .catch(() => undefined)
      breather.rested()
    }
  }

  let batchDueMs = 0
  for (const batch of batches) {
    await clock.sleepUntil(originMs + batchDueMs, signal).catch(() => undefined)
    breather.rested()
    let begun = 0
    for (const index of batch) {
      if (places.hasRoom()) await breather.breathe()
      else await raceAbort(room(), signal).catch(() => undefined)
      const wasHeld = await passGate()
      if (signal.aborted) {
        onDropped({ index, dueMs: elapsed() }, 'run-stopped')
        continue
      }
      const roomMs = begun++ < concurrency ? batchDueMs : (freedMs.shift() ?? batchDueMs)
      const dueMs = wasHeld ? elapsed() : roomMs
      gate.admitted({ index, dueMs }, clock.now(), wasHeld)
      places.occupy(() => user({ index, dueMs }, elapsed(), { placeMs: 0, gateMs: 0 }))
    }
    if (!signal.aborted) await raceAbort(places.empty(), signal).catch(() => undefined)
    while (freedMs.length > 0) batchDueMs = freedMs.shift() ?? batchDueMs
    batchDueMs += delayMs
  }
  await places.empty()
}
