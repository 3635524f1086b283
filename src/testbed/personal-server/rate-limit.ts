import { RateLimitError } from './errors.ts'

/** Requests allowed in one window, by kind of route. */
export type RateLimits = {
  /** @default 120 */
  identityPerMinute?: number | undefined
  /** @default 100 */
  operationsPerHour?: number | undefined
  /** For cancelling. @default 60 */
  defaultPerMinute?: number | undefined
  /** IP addresses without limits. @default [] */
  whitelist?: readonly string[] | undefined
}

/** Routes with a limit. */
export type LimitedRoute = 'identity' | 'operations' | 'default'

/** Counts a request. @throws {RateLimitError} if there were too many */
export type LimitRate = (route: LimitedRoute, clientIp: string, signature?: string) => void

const minuteMs = 60_000
const hourMs = 3_600_000

/**
 * Creates the limiter. Windows are aligned to the clock. Each request counts for its IP address and then for its signature
 * (for identity: the address asked for), refused requests included. Identity and default share an IP address's counter of
 * a minute; each compares it with its own limit.
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

function tooMany(limit: number, windowMs: number, nowMs: number): RateLimitError {
  const resetMs = (Math.floor(nowMs / windowMs) + 1) * windowMs
  const seconds = Math.floor((resetMs - nowMs) / 1000)
  const headers: Record<string, string> = {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': `${resetMs / 1000}.0`,
  }
  if (seconds > 0) headers['retry-after'] = String(seconds)
  return new RateLimitError(`Rate limit exceeded. Try again in ${seconds} seconds`, headers)
}
