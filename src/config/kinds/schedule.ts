import { readTextFile } from '../../files/read-text-file.ts'
import { type RecordedArrivals, readRecordedArrivals } from '../../load/recorded-arrivals.ts'
import {
  formatSpike,
  formatStage,
  parseSpike,
  parseStage,
  type RateStage,
  type Spike,
} from '../../load/stage.ts'
import { type Kind, kindOf, readAll, splitList } from './kind.ts'

/** The kind of the stages of a load: in text `0-5/s over 30s, 5/s for 10m`, in a file also a list of objects. */
export const stages: Kind<RateStage[]> = scheduleOf({
  parse: parseStage,
  format: formatStage,
  textOf(stage) {
    const held = amountsOf(stage, ['rate', 'for'])
    if (held !== undefined) return `${held.rate} for ${held.for}`
    const ramp = amountsOf(stage, ['from', 'to', 'over'])
    return ramp && `${ramp.from}-${ramp.to} over ${ramp.over}`
  },
  allowed:
    "stages such as '0-5/s over 30s, 5/s for 10m' (a bare time is in minutes), or in a file a list of " +
    '{ from: 0, to: 5, over: 30s } and { rate: 5, for: 10m }',
})

/** The kind of the spikes on top of a load: in text `20/s for 30s at 5m`, in a file also a list of objects. */
export const spikes: Kind<Spike[]> = scheduleOf({
  parse: parseSpike,
  format: formatSpike,
  textOf(spike) {
    const given = amountsOf(spike, ['rate', 'for', 'at'])
    return given && `${given.rate} for ${given.for} at ${given.at}`
  },
  allowed:
    "spikes such as '20/s for 30s at 5m' (a bare time is in minutes), or in a file a list of " +
    '{ rate: 20, for: 30s, at: 5m }',
})

function scheduleOf<T>(options: {
  parse: (text: string) => T | undefined
  format: (item: T) => string
  /** Writes an object of a config file as text; `undefined` for another object. */
  textOf: (object: object) => string | undefined
  allowed: string
}): Kind<T[]> {
  const { parse, format, textOf, allowed } = options
  const parseAll = (texts: readonly string[]): T[] | undefined =>
    readAll(texts, (text) => parse(String(text)))
  const readItem = (item: unknown): T[] | undefined => {
    const text = typeof item === 'object' && item !== null ? textOf(item) : item
    return typeof text === 'string' ? parseAll(splitList(text)) : undefined
  }
  return {
    read: (raw) => (Array.isArray(raw) ? readAll(raw, readItem)?.flat() : readItem(raw)),
    allowed,
    show: (items) => items.map(format).join(', '),
  }
}

/** The fields of an object that has these and no others, each a text or a number. */
function amountsOf<const Name extends string>(
  object: object,
  names: readonly Name[],
): Record<Name, string> | undefined {
  const entries = Object.entries(object)
  const isWhole =
    entries.length === names.length &&
    entries.every(
      ([name, value]) => names.some((known) => known === name) && /^(string|number)$/.test(typeof value),
    )
  return isWhole
    ? (Object.fromEntries(entries.map(([name, value]) => [name, String(value)])) as Record<Name, string>)
    : undefined
}

/** A file of recorded arrivals. */
export type ReplayFile = { path: string; recorded: RecordedArrivals }

/** The kind of a file of recorded arrivals. The file is read at once, so that its problems appear with all others. */
export const replayFile: Kind<ReplayFile> = kindOf({
  read: (path) => (path === '' ? undefined : { path, recorded: readReplay(path) }),
  allowed: 'the path of a file',
  show: ({ path }) => path,
})

/** A run of ten million users records some gigabytes; what is longer than this is no text that can be held at once. */
const replayBytes = 256 * 2 ** 20

function readReplay(path: string): RecordedArrivals {
  const read = readTextFile(path, { maxBytes: replayBytes })
  return read.problem === undefined
    ? readRecordedArrivals(read.text)
    : { problem: `it can't be read: ${read.problem}` }
}
