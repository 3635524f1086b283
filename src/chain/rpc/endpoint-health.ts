/** When an endpoint may be asked again, see {@link createEndpointHealth}. */
export type EndpointHealth = {
  /** Whether a request may go out now; taking it while half-open makes it the one probe. */
  tryAcquire(nowMs: number): boolean
  /** The endpoint answered, whatever it said. */
  onAnswer(nowMs: number): void
  /** The endpoint could not be reached, or did not answer in time. */
  onUnreachable(nowMs: number): void
  /** The endpoint asked for a pause. */
  onRateLimited(nowMs: number, retryAfterMs: number | undefined): void
  /** The request ended without an answer for a reason of our own (aborted). */
  onAbandoned(): void
  /** Milliseconds until the pause that the endpoint asked for is over; 0 if it asked for none. */
  pauseMs(nowMs: number): number
  /** Milliseconds until a request may go out, by the pause and the circuit; 0 also while the one probe is open. */
  readyInMs(nowMs: number): number
  state(nowMs: number): 'closed' | 'open' | 'half-open' | 'paused'
  /** For how long in all the circuit was not closed, and for how long the endpoint had asked for a pause. */
  lost(nowMs: number): { openMs: number; pausedMs: number }
}

/** Settings of {@link createEndpointHealth}. */
export type EndpointHealthOptions = {
  /** Failures in a row that open the circuit. @default 5 */
  failuresToOpen?: number | undefined
  /** First time the circuit stays open, milliseconds; doubled for every failed probe. @default 500 */
  openMs?: number | undefined
  /** Longest time the circuit stays open, milliseconds: requests are repeated for not much longer. @default 5_000 */
  maxOpenMs?: number | undefined
  /** Pause after a rate-limit answer without Retry-After, milliseconds; doubled while they go on. @default 500 */
  pauseMs?: number | undefined
  /** Longest pause that is honoured, milliseconds. @default 60_000 */
  maxPauseMs?: number | undefined
}

/**
 * Keeps the health of one endpoint: a circuit that opens after failures in a row and lets one probe through after a
 * while, and the pauses that the endpoint asks for (429, Retry-After).
 *
 * | state     | on answer | on unreachable                       | after its time |
 * |-----------|-----------|--------------------------------------|----------------|
 * | closed    | closed    | closed, or open after n in a row     | -              |
 * | open      | closed    | open (a straggler counts no further) | half-open      |
 * | half-open | closed    | open, twice as long                  | -              |
 *
 * A pause is apart from the circuit: an endpoint that answers 429 is reachable.
 *
 * @example const health = createEndpointHealth(); if (health.tryAcquire(performance.now())) ...
 */
export function createEndpointHealth(options: EndpointHealthOptions = {}): EndpointHealth {
  const {
    failuresToOpen = 5,
    openMs = 500,
    maxOpenMs = 5_000,
    pauseMs: firstPauseMs = 500,
    maxPauseMs = 60_000,
  } = options
  let failures = 0
  let openings = 0
  let openUntilMs: number | undefined
  let probing = false
  let pausedUntilMs = 0
  let pauses = 0
  let openSinceMs: number | undefined
  let openedMs = 0
  let pausesMs = 0

  function close(nowMs: number): void {
    if (openSinceMs !== undefined) openedMs += nowMs - openSinceMs
    openSinceMs = undefined
    failures = 0
    openings = 0
    openUntilMs = undefined
    probing = false
  }

  return {
    tryAcquire(nowMs) {
      if (nowMs < pausedUntilMs) return false
      if (openUntilMs === undefined) return true
      if (nowMs < openUntilMs || probing) return false
      probing = true
      return true
    },
    onAnswer(nowMs) {
      close(nowMs)
      pauses = 0
    },
    onUnreachable(nowMs) {
      failures += 1
      const failedProbe = probing
      probing = false
      if (openUntilMs === undefined ? failures < failuresToOpen : !failedProbe) return
      openSinceMs ??= nowMs
      openUntilMs = nowMs + Math.min(openMs * 2 ** openings, maxOpenMs)
      openings += 1
    },
    onRateLimited(nowMs, retryAfterMs) {
      close(nowMs)
      const ownMs = firstPauseMs * 2 ** Math.min(pauses, 16)
      // Answers to requests already in flight repeat the same pause: they do not make it grow.
      if (nowMs >= pausedUntilMs) pauses += 1
      const untilMs = nowMs + Math.min(retryAfterMs ?? ownMs, maxPauseMs)
      pausesMs += Math.max(0, untilMs - Math.max(nowMs, pausedUntilMs))
      pausedUntilMs = Math.max(pausedUntilMs, untilMs)
    },
    onAbandoned() {
      probing = false
    },
    pauseMs: (nowMs) => Math.max(0, pausedUntilMs - nowMs),
    readyInMs: (nowMs) => Math.max(0, pausedUntilMs - nowMs, (openUntilMs ?? nowMs) - nowMs),
    state(nowMs) {
      if (openUntilMs !== undefined) return nowMs < openUntilMs ? 'open' : 'half-open'
      return nowMs < pausedUntilMs ? 'paused' : 'closed'
    },
    lost: (nowMs) => ({
      openMs: openedMs + (openSinceMs === undefined ? 0 : nowMs - openSinceMs),
      pausedMs: Math.max(0, pausesMs - Math.max(0, pausedUntilMs - nowMs)),
    }),
  }
}
