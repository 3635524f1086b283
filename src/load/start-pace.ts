/** How the pace of starts follows the limits of a target. */
const aimd = {
  /** What is left of the share after a limit was met. */
  decrease: 0.5,
  /** Never less than this share: something has to show when the limit is gone. */
  least: 0.02,
  /** Within this time one cut is enough: users on their way meet the same limit. In milliseconds. */
  settleMs: 2000,
  /** Share that comes back each second without a limit. */
  increasePerSecond: 0.02,
  /** With the whole share back, users that still wait start so much faster than others arrive. */
  catchUp: 1.25,
} as const

/** The pace of starts, see {@link createStartPace}. All times are milliseconds of the caller's clock. */
export type StartPace = {
  /** Share of the rate that was asked for that may start now; 1 is all of it. */
  share(nowMs: number): number
  /** The target limited the run, and asked to wait so long. */
  slowDown(nowMs: number, retryAfterMs: number): void
  /** Users that wait start one by one rather than all at once, though at the whole rate. */
  easeIn(nowMs: number): void
  /** When the next may start; `null` when it may now. */
  refusedUntilMs(nowMs: number): number | null
  /** A user started; `wasHeld` tells that it had been refused before. */
  admitted(nowMs: number, wasHeld: boolean): void
  /** What has become of it. */
  totals(nowMs: number): StartPaceTotals
}

/** What a target's limits made of the rate that was asked for. */
export type StartPaceTotals = {
  slowDowns: number
  lowestShare: number
  /** When it was first slowed down; `null` for never. */
  firstMs: number | null
  /** Time with less than the whole share, what was asked for in the mean of it, and what started. */
  heldMs: number
  askedPerSecond: number | null
  startedPerSecond: number | null
}

/**
 * Makes the pace at which users may start: additive increase, multiplicative decrease.
 *
 * | state | event | then |
 * |---|---|---|
 * | free | asked | anybody may start, whenever due |
 * | any | slowed down | half the share, unless it was halved within the last two seconds; paced |
 * | any | eased in | paced, with the share it has |
 * | paced | asked | the next may start when its interval of the shared rate is over, with jitter |
 * | paced | time goes by after what `Retry-After` asked for | the share grows by 0.02 a second up to 1 |
 * | paced, share 1 | somebody starts that was not refused before | free |
 *
 * @param options.askedPerSecond the rate at which users come at a moment; not 0
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
