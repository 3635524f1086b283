import { formatDuration, parseDuration } from '../load/duration.ts'
import { formatShare, parseShare } from './share.ts'

/** What a fault can stand in front of, as the command line names it. */
export const faultPlaces = ['rpc', 'storage', 'personal-server', 'api-server'] as const

/** What a fault stands in front of. */
export type FaultPlace = (typeof faultPlaces)[number]

/** Faults that hit a share of the requests. */
export const shareFaults = {
  '429': 'answered with 429 and Retry-After: 1',
  '500': 'answered with 500',
  '502': 'answered with 502',
  '503': 'answered with 503',
  '504': 'answered with 504',
  reset: 'cut off, before or after it took effect',
  hang: 'never answered',
  'slow-body': 'answered a few bytes at a time, over some five seconds',
} as const

/** Faults that hit a share of the transactions that are sent; in front of the RPC only. */
export const sendFaults = {
  'send-error': 'refused with an internal error, or cut off before or after the node had it',
  'drop-tx': 'accepted, and never given to the node',
  'stuck-tx': 'accepted and shown as pending, and not mined until it is replaced',
} as const

/** Faults that last a time: added to every request, the jitter between nothing and all of it. */
export const timeFaults = { latency: 'added', jitter: 'added, at random up to this' } as const

/** A fault in front of a part of the target. */
export type Fault = { place: FaultPlace } & (
  | { kind: keyof typeof shareFaults | keyof typeof sendFaults; share: number }
  | { kind: keyof typeof timeFaults; durationMs: number }
  /** The chain takes back this many blocks, every so often. */
  | { kind: 'reorg'; depth: number; everyMs: number }
  /** The part is away for this long, every so often. */
  | { kind: 'restart'; downMs: number; everyMs: number }
)

const isOf = <Names extends object>(names: Names, word: string): word is keyof Names & string =>
  Object.hasOwn(names, word)

/**
 * Reads a fault such as `rpc:send-error=10%`, `storage:latency=200ms`, `rpc:reorg=2/30s` or `api-server:restart=3s/1m`.
 *
 * @returns `undefined` for anything else
 */
export function parseFault(text: string): Fault | undefined {
  const [, placeWord, kind = '', amount = ''] =
    /^([a-z-]+):([a-z0-9-]+)=(.+)$/.exec(text.trim().toLowerCase()) ?? []
  const place = faultPlaces.find((name) => name === placeWord)
  if (place === undefined) return undefined
  if (isOf(timeFaults, kind)) {
    const durationMs = parseDuration(amount, 'ms')
    return durationMs === undefined || durationMs > 600_000 ? undefined : { place, kind, durationMs }
  }
  if (isOf(shareFaults, kind) || (place === 'rpc' && isOf(sendFaults, kind))) {
    const share = parseShare(amount)
    return share === undefined ? undefined : { place, kind, share }
  }
  if (place === 'rpc' && kind === 'reorg') return parseReorg(amount)
  if (kind === 'restart') return parseRestart(place, amount)
  return undefined
}

/** The embedded chain keeps the last four states, and cannot go back further. */
const deepestReorg = 3

function parseReorg(text: string): Fault | undefined {
  const [, depthText, everyText = ''] = /^(\d+)\/(.+)$/.exec(text) ?? []
  const depth = Number(depthText)
  const everyMs = parseDuration(everyText, 's')
  if (!(depth >= 1 && depth <= deepestReorg) || everyMs === undefined) return undefined
  if (everyMs < 1000 || everyMs > longestMs) return undefined
  return { place: 'rpc', kind: 'reorg', depth, everyMs }
}

function parseRestart(place: FaultPlace, text: string): Fault | undefined {
  const [, down = '', every = ''] = /^([^/]+)\/([^/]+)$/.exec(text) ?? []
  const downMs = parseDuration(down, 's')
  const everyMs = parseDuration(every, 's')
  if (downMs === undefined || everyMs === undefined) return undefined
  if (downMs < 10 || everyMs < 1000 || downMs >= everyMs || everyMs > longestMs) return undefined
  return { place, kind: 'restart', downMs, everyMs }
}

/** Beyond this a timer fires at once. */
const longestMs = 2 ** 31 - 1

/**
 * Writes a fault as {@link parseFault} reads it.
 *
 * @example formatFault({ place: 'rpc', kind: 'send-error', share: 0.1 }) // 'rpc:send-error=10%'
 */
export function formatFault(fault: Fault): string {
  return `${fault.place}:${fault.kind}=${amountOf(fault)}`
}

function amountOf(fault: Fault): string {
  if ('share' in fault) return formatShare(fault.share)
  if ('durationMs' in fault) return formatDuration(fault.durationMs)
  const what = fault.kind === 'reorg' ? fault.depth : formatDuration(fault.downMs)
  return `${what}/${formatDuration(fault.everyMs)}`
}
