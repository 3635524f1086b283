/** A parsed sample. */
export type ParsedSample = { name: string; labels: Record<string, string>; value: number }

/** A family with its samples. */
export type ParsedFamily = { name: string; type: string; help: string; samples: ParsedSample[] }

/**
 * Parses metrics by the grammar of Prometheus 0.0.4 and OpenMetrics 1.0, and throws on everything that it does not allow: names,
 * order, escapes, suffixes by type, shrinking buckets, duplicate samples.
 */
export function parseMetrics(text: string, isOpenMetrics: boolean): ParsedFamily[] {
  if (!text.endsWith('\n')) throw new Error('no line end at the end')
  const lines = text.slice(0, -1).split('\n')
  if (isOpenMetrics && lines.pop() !== '# EOF') throw new Error('no # EOF')
  const families: ParsedFamily[] = []
  for (const line of lines) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line)
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line)
    const current = families.at(-1)
    if (help) {
      const [, name = '', words = ''] = help
      if (families.some((family) => family.name === name)) throw new Error(`${name} is duplicated`)
      families.push({ name, type: '', help: words, samples: [] })
    } else if (type) {
      if (current?.name !== type[1] || current?.type !== '') throw new Error(`out of place: ${line}`)
      current.type = type[2] ?? ''
    } else if (current) current.samples.push(parseSample(line))
    else throw new Error(`no family: ${line}`)
  }
  for (const family of families) checkFamily(family, isOpenMetrics)
  return families
}

function parseSample(line: string): ParsedSample {
  const [, name = '', inner, value = ''] =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([-+]?(?:\d[\d.e+-]*|Inf)|NaN)$/s.exec(line) ?? []
  if (name === '') throw new Error(`not a sample: ${line}`)
  const labels: Record<string, string> = {}
  let rest = inner ?? ''
  while (rest !== '') {
    const [pair = '', label = '', text = ''] =
      /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/s.exec(rest) ?? []
    if (pair === '' || label in labels) throw new Error(`labels: ${line}`)
    labels[label] = text.replace(/\\(.)/gs, (_match, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    rest = rest.slice(pair.length)
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) }
}

function checkFamily({ name, type, samples }: ParsedFamily, isOpenMetrics: boolean): void {
  if (type === '' || samples.length === 0) throw new Error(`${name} is incomplete`)
  if (type === 'counter' && isOpenMetrics === name.endsWith('_total'))
    throw new Error(`${name}: name of a counter`)
  const endings = {
    counter: [isOpenMetrics ? '_total' : ''],
    gauge: [''],
    histogram: ['_bucket', '_sum', '_count'],
  }
  const allowed = endings[type as keyof typeof endings].map((ending) => name + ending)
  const seen = new Set<string>()
  for (const sample of samples) {
    if (!allowed.includes(sample.name)) throw new Error(`${sample.name} does not belong to ${name}`)
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
    if (seen.has(key)) throw new Error(`${key} is duplicated`)
    seen.add(key)
    if (type !== 'gauge' && !(sample.value >= 0)) throw new Error(`${key} is ${sample.value}`)
  }
  if (type === 'histogram') checkBuckets(name, samples)
}

function checkBuckets(name: string, samples: readonly ParsedSample[]): void {
  const groups = new Map<string, ParsedSample[]>()
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels
    const key = JSON.stringify(labels)
    groups.set(key, [...(groups.get(key) ?? []), sample])
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((sample) => sample.name.endsWith('_bucket'))
    const bounds = buckets.map(({ labels }) => Number((labels.le ?? '').replace('Inf', 'Infinity')))
    const isAscending = (values: number[], isStrict: boolean) =>
      values.every(
        (value, index) =>
          index === 0 || value > (values[index - 1] ?? 0) || (!isStrict && value === values[index - 1]),
      )
    const count = group.find((sample) => sample.name === `${name}_count`)?.value
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY || !isAscending(bounds, true))
      throw new Error(`${key}: bounds`)
    if (
      !isAscending(
        buckets.map(({ value }) => value),
        false,
      )
    )
      throw new Error(`${key}: buckets shrink`)
    if (count === undefined || buckets.at(-1)?.value !== count) throw new Error(`${key}: count`)
    if (!group.some((sample) => sample.name === `${name}_sum`)) throw new Error(`${key}: no sum`)
  }
}
