import { ApiError } from './errors.ts'

/** Requests allowed in one window, by kind of route. */
export type RateLimits = {
  /** @default 120 */
  identityPerMinute?: number
  /** @default 100 */
  operationsPerHour?: number
  /** For cancelling. @default 60 */
  defaultPerMinute?: number
  /** IP addresses that are not limited. @default [] */
  whitelist?: readonly string[]
}

/** The kinds of routes that are limited. */
export type LimitedRoute = 'identity' | 'operations' | 'default'

/** Counts a request. @throws {ApiError} RATE_LIMIT_ERROR when there were too many */
export type LimitRate = (route: LimitedRoute, clientIp: string, signature?: string) => void

const minuteMs = 60_000
const hourMs = 3_600_000

/**
 * Makes the limiter: windows aligned to the clock, one counter for the IP address and then one for the signature (for
 * identity: the address asked for). Refused requests count too. Identity and default share a minute's counter of an IP
 * address, each against its own limit.
 *
 * @param now milliseconds since the epoch
 * @example createRateLimiter({}, Date.now)('operations', '127.0.0.1', '0x182d...')
 */
export function createRateLimiter(limits: RateLimits, now: () => number): LimitRate {
  const { identityPerMinute = 120, operationsPerHour = 100, defaultPerMinute = 60, whitelist = [] } = limits
  const rules = {
    identity: { limit: identityPerMinute, windowMs: minuteMs },
    operations: { limit: operationsPerHour, windowMs: hourMs },
    default: { limit: defaultPerMinute, windowMs: minuteMs },
  }
  const windows = new Map<number, { number: number; counts: Map<string, number> }>()

  const count = (key: string, windowMs: number): number => {
    const number = Math.floor(now() / windowMs)
    let window = windows.get(windowMs)
    if (window?.number !== number) {
      window = { number, counts: new Map() }
      windows.set(windowMs, window)
    }
    const counted = (window.counts.get(key) ?? 0) + 1
    window.counts.set(key, counted)
    return counted
  }

  return (route, clientIp, signature) => {
    if (whitelist.includes(clientIp)) return
    const { limit, windowMs } = rules[route]
    const keys = signature === undefined ? [`ip:${clientIp}`] : [`ip:${clientIp}`, `sig:${signature}`]
    for (const key of keys) {
      if (count(key, windowMs) > limit) throw tooMany(limit, windowMs, now())
    }
  }
}

function tooMany(limit: number, windowMs: number, nowMs: number): ApiError {
  const resetMs = (Math.floor(nowMs / windowMs) + 1) * windowMs
  const seconds = Math.floor((resetMs - nowMs) / 1000)
  return new ApiError('RATE_LIMIT_ERROR', `Rate limit exceeded. Try again in ${seconds} seconds`, {
    headers: {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': `${resetMs / 1000}.0`,
      ...(seconds === 0 ? {} : { 'retry-after': String(seconds) }),
    },
  })
}
