import type { Clock } from '../../async/clock.ts'

/** Milliseconds between the end of a look and the next one at the least, however long the look took. */
const leastPauseMs = 10

/**
 * Looks again and again until the returned function is called.
 *
 * @param options.look must not reject
 * @param options.onLooked called after each look, unless polling was stopped meanwhile
 * @example const stop = poll({ look: () => refresh(), onLooked: () => tick(), intervalMs: 250, clock })
 */
export function poll(options: {
  look: () => Promise<void>
  onLooked: () => void
  intervalMs: number
  clock: Clock
}): () => void {
  const { look, onLooked, intervalMs, clock } = options
  let isStopped = false
  async function lookOnce(): Promise<void> {
    const startedMs = clock.now()
    await look()
    if (!isStopped) onLooked()
    if (isStopped) return
    timer = setTimeout(lookOnce, Math.max(leastPauseMs, intervalMs - (clock.now() - startedMs)))
  }
  let timer = setTimeout(lookOnce, intervalMs)
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
