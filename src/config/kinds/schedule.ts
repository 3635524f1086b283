import { z } from 'zod'
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
import { type Kind, kindOf } from './kind.ts'

const amount = z.union([z.string(), z.number()]).transform(String)

/** The kind of the stages of a load: in text `0-5/s over 30s, 5/s for 10m`, in a file also a list of objects. */
export const stages: Kind<RateStage[]> = scheduleOf({
  parse: parseStage,
  format: formatStage,
  object: z.union([
    z.strictObject({ rate: amount, for: amount }).transform((stage) => `${stage.rate} for ${stage.for}`),
    z
      .strictObject({ from: amount, to: amount, over: amount })
      .transform(({ from, to, over }) => `${from}-${to} over ${over}`),
  ]),
  allowed:
    "stages such as '0-5/s over 30s, 5/s for 10m' (times without a unit are minutes), or in a file a list of " +
    '{ from: 0, to: 5, over: 30s } and { rate: 5, for: 10m }',
})

/** The kind of the spikes on top of a load: in text `20/s for 30s at 5m`, in a file also a list of objects. */
export const spikes: Kind<Spike[]> = scheduleOf({
  parse: parseSpike,
  format: formatSpike,
  object: z
    .strictObject({ rate: amount, for: amount, at: amount })
    .transform((spike) => `${spike.rate} for ${spike.for} at ${spike.at}`),
  allowed:
    "spikes such as '20/s for 30s at 5m' (times without a unit are minutes), or in a file a list of " +
    '{ rate: 20, for: 30s, at: 5m }',
})

function scheduleOf<T>(options: {
  parse: (text: string) => T | undefined
  format: (item: T) => string
  object: z.ZodType<string>
  allowed: string
}): Kind<T[]> {
  const { parse, format, object, allowed } = options
  const texts = z.string().transform((text) =>
    text
      .split(/[,\n]/)
      .map((part) => part.trim())
      .filter(Boolean),
  )
  const item = z.union([texts, object.transform((text) => [text])])
  const list = z.union([texts, z.array(item).transform((items) => items.flat())])
  return {
    schema: list.transform((items, context): T[] => {
      const read = items.map(parse)
      const known = read.filter((one) => one !== undefined)
      if (known.length === read.length) return known
      context.addIssue(allowed)
      return z.NEVER
    }),
    allowed,
    show: (items) => items.map(format).join(', '),
  }
}

/** A file of recorded arrivals. */
export type ReplayFile = { path: string; recorded: RecordedArrivals }

/** The kind of a file of recorded arrivals; it is read at once, and what is wrong with it is told with everything else. */
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
