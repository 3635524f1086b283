/** How the pace of starts adapts to the limits of a target. */
const aimd = {
  /** Factor of the share after a limit. */
  decrease: 0.5,
  /** Lowest share, so that some users show when the limit is gone. */
  least: 0.02,
  /** Time within which the share is cut only once, since users in flight hit the same limit. In milliseconds. */
  settleMs: 2000,
  /** Share regained per second without a limit. */
  increasePerSecond: 0.02,
  /** Factor by which waiting users start faster than others arrive, at the full share. */
  catchUp: 1.25,
} as const

/** The pace of starts, see {@link createStartPace}. All times are milliseconds of the caller's clock. */
export type StartPace = {
  /** Share of the configured rate that may start now; 1 is all of it. */
  share(nowMs: number): number
  /** Records that the target limited its rate and requested a pause. */
  slowDown(nowMs: number, retryAfterMs: number): void
  /** Makes waiting users start one by one instead of all at once, at the full rate. */
  easeIn(nowMs: number): void
  /** Returns when the next user may start; `null` for now. */
  refusedUntilMs(nowMs: number): number | null
  /** Records the start of a user. `wasHeld`: it had to wait. */
  admitted(nowMs: number, wasHeld: boolean): void
  /** Returns the effect on the rate so far. */
  totals(nowMs: number): StartPaceTotals
}

/** Effect of a target's limits on the configured rate. */
export type StartPaceTotals = {
  slowDowns: number
  lowestShare: number
  /** When it first slowed down; `null` for never. */
  firstMs: number | null
  /** Time below the full share, with the mean configured rate and the mean rate of starts in it. */
  heldMs: number
  askedPerSecond: number | null
  startedPerSecond: number | null
}

/**
 * Makes the pace at which users may start: additive increase, multiplicative decrease.
 *
 * | state | event | then |
 * |---|---|---|
 * | free | asked | any user may start when due |
 * | any | slowed down | half the share, unless it was halved within the last two seconds; paced |
 * | any | eased in | paced, with the share it has |
 * | paced | asked | the next may start after its interval at the reduced rate, with jitter |
 * | paced | time passes after the pause of `Retry-After` | the share grows by 0.02 per second, up to 1 |
 * | paced, share 1 | a user starts that did not have to wait | free |
 *
 * @param options.askedPerSecond the configured rate at a moment; not 0
 * @param options.random in [0, 1)
 */
export function createStartPace(options: {
  askedPerSecond: (nowMs: number) => number
  random: () => number
}): StartPace {
  const { askedPerSecond, random } = options
  let current = 1
  let isPaced = false
  let updatedMs = 0
  let growFromMs = 0
  let cutMs = Number.NEGATIVE_INFINITY
  let nextMs = 0
  let slowDowns = 0
  let lowestShare = 1
  let firstMs: number | null = null
  let heldMs = 0
  let asked = 0
  let started = 0

  const passTime = (nowMs: number): void => {
    if (current < 1) {
      const spanMs = Math.max(0, nowMs - updatedMs)
      heldMs += spanMs
      asked += (askedPerSecond(nowMs) * spanMs) / 1000
      const growMs = Math.max(0, nowMs - Math.max(updatedMs, growFromMs))
      current = Math.min(1, current + (aimd.increasePerSecond * growMs) / 1000)
    }
    updatedMs = Math.max(updatedMs, nowMs)
  }
  const intervalMs = (nowMs: number): number => {
    const perSecond = askedPerSecond(nowMs) * (current < 1 ? current : aimd.catchUp)
    return (1000 / perSecond) * (0.5 + random())
  }

  return {
    share(nowMs) {
      passTime(nowMs)
      return current
    },
    slowDown(nowMs, retryAfterMs) {
      passTime(nowMs)
      growFromMs = Math.max(growFromMs, nowMs + retryAfterMs)
      if (nowMs - cutMs < aimd.settleMs) return
      cutMs = nowMs
      current = Math.max(aimd.least, current * aimd.decrease)
      slowDowns++
      lowestShare = Math.min(lowestShare, current)
      firstMs ??= nowMs
      isPaced = true
      nextMs = Math.max(nextMs, nowMs + intervalMs(nowMs))
    },
    easeIn(nowMs) {
      passTime(nowMs)
      isPaced = true
    },
    refusedUntilMs(nowMs) {
      passTime(nowMs)
      return isPaced && nowMs < nextMs ? nextMs : null
    },
    admitted(nowMs, wasHeld) {
      passTime(nowMs)
      if (current < 1) started++
      if (current === 1 && !wasHeld) isPaced = false
      if (isPaced) nextMs = nowMs + intervalMs(nowMs)
    },
    totals(nowMs) {
      passTime(nowMs)
      const seconds = heldMs / 1000
      const perSecond = (count: number) => (seconds > 0 ? count / seconds : null)
      return {
        slowDowns,
        lowestShare,
        firstMs,
        heldMs,
        askedPerSecond: perSecond(asked),
        startedPerSecond: perSecond(started),
      }
    },
  }
}
