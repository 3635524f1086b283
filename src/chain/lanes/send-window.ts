import { LoadTestError } from '../../errors/load-test-error.ts'

/** A bounded number of places, see {@link createSendWindow}. */
export type SendWindow = {
  /**
   * Takes a place, waiting in line for one.
   *
   * @throws LoadTestError `LANE_BUSY` if the line is full; the signal's reason.
   */
  enter(options?: { signal?: AbortSignal | undefined }): Promise<void>
  /** Gives a place back. */
  leave(): void
  /** Places taken. */
  readonly taken: number
  /** Callers that wait in line. */
  readonly queued: number
}

/**
 * Makes a window of `size` places with a line of at most `maxQueued` before it, first come, first served.
 *
 * @example const window = createSendWindow(32, 1000); await window.enter({ signal }); try { ... } finally { window.leave() }
 */
export function createSendWindow(size: number, maxQueued: number): SendWindow {
  const line: (() => void)[] = []
  let taken = 0
  return {
    async enter({ signal } = {}) {
      signal?.throwIfAborted()
      if (taken < size) {
        taken += 1
        return
      }
      if (line.length >= maxQueued) {
        throw new LoadTestError(
          'LANE_BUSY',
          `${taken} transactions are pending and ${line.length} wait in line.`,
        )
      }
      await new Promise<void>((resolve, reject) => {
        const admit = (): void => {
          signal?.removeEventListener('abort', giveUp)
          resolve()
        }
        const giveUp = (): void => {
          line.splice(line.indexOf(admit), 1)
          reject(signal?.reason)
        }
        line.push(admit)
        signal?.addEventListener('abort', giveUp, { once: true })
      })
    },
    leave() {
      // The place goes straight to the first in line, so that no later caller gets it.
      const next = line.shift()
      if (next === undefined) taken -= 1
      else next()
    },
    get taken() {
      return taken
    },
    get queued() {
      return line.length
    },
  }
}
