import { formatDuration, parseDuration } from '../../load/duration.ts'
import { formatShare, parseShare } from '../share.ts'
import { type Kind, kindOf } from './kind.ts'

/** How the stand-in for the language model behaves, besides its median. */
export type ModelBehaviour = {
  /** Standard deviation of the latency's logarithm. */
  sigma?: number
  minMs?: number
  maxMs?: number
  /** Share of the answers that fail. */
  failureRate?: number
}

type Entry = {
  name: keyof ModelBehaviour
  read(text: string): number | undefined
  show(value: number): string
}

const hourMs = 3_600_000
const time = {
  read: (text: string) => {
    const ms = parseDuration(text, 'ms')
    return ms === undefined || ms > hourMs ? undefined : ms
  },
  show: formatDuration,
}
const entries: Record<string, Entry> = {
  spread: {
    name: 'sigma',
    read: (text) => (/^\d*\.?\d+$/.test(text) && Number(text) <= 5 ? Number(text) : undefined),
    show: String,
  },
  min: { name: 'minMs', ...time },
  max: { name: 'maxMs', ...time },
  failures: { name: 'failureRate', read: parseShare, show: formatShare },
}

/** Bounds of the model's times where none are given. */
export const defaultModelBounds = { minMs: 0, maxMs: 60_000 }

/** The kind of the stand-in's behaviour: words with values, such as `spread=1,max=30s,failures=2%`. */
export const modelBehaviour: Kind<ModelBehaviour> = kindOf<ModelBehaviour>({
  read,
  allowed:
    'one or more of spread (0 to 5; 0 makes every answer take the median), min and max (times, min up to max) and failures ' +
    '(a share), such as spread=1,min=200ms,max=30s,failures=2%',
  show: (behaviour) =>
    Object.entries(entries)
      .flatMap(([word, { name, show }]) => {
        const value = behaviour[name]
        return value === undefined ? [] : [`${word}=${show(value)}`]
      })
      .join(','),
})

function read(text: string): ModelBehaviour | undefined {
  const behaviour: ModelBehaviour = {}
  for (const part of text.toLowerCase().split(',')) {
    const [, word = '', amount = ''] = /^\s*([a-z]+)\s*=\s*(\S+)\s*$/.exec(part) ?? []
    const entry = Object.hasOwn(entries, word) ? entries[word] : undefined
    const value = entry?.read(amount)
    if (entry === undefined || value === undefined || behaviour[entry.name] !== undefined) return undefined
    behaviour[entry.name] = value
  }
  const { minMs, maxMs } = { ...defaultModelBounds, ...behaviour }
  return minMs <= maxMs ? behaviour : undefined
}
