import { learnUrls, processRedactor } from '../redaction/process-redactor.ts'
import type { NamedParameter } from './parameter-names.ts'
import { type Problem, quote } from './problem.ts'
import type { Layer, Source } from './source.ts'

/** A value that passed, and where it came from. */
export type Resolved = { value: unknown; source: Source }

/** What came of all sources: values by key, without those that failed or that nothing gives. */
export type Resolution = { values: Map<string, Resolved>; problems: Problem[] }

/**
 * Takes each parameter's value from the first layer that offers one, and reads it.
 *
 * A value that a higher layer replaces is not looked at.
 *
 * @param layers the highest precedence first
 */
export function resolveParameters(
  parameters: readonly NamedParameter[],
  layers: readonly Layer[],
): Resolution {
  const values = new Map<string, Resolved>()
  const problems: Problem[] = []
  for (const { key, parameter } of parameters) {
    const offer = layers.map((layer) => layer.get(key)).find((candidate) => candidate !== undefined)
    if (offer === undefined) {
      if (parameter.default !== undefined) {
        values.set(key, { value: parameter.default, source: { kind: 'default' } })
      }
      continue
    }
    learn(offer.value, parameter.secret)
    const value = parameter.kind.read(offer.value)
    if (parameter.secret) learn(value, true)
    if (value !== undefined) values.set(key, { value, source: offer.source })
    else {
      const isHidden = parameter.secret || parameter.kind.label !== undefined
      const shown = isHidden ? 'a hidden value' : quote(offer.value)
      const why = typeof offer.value === 'string' ? parameter.kind.why?.(offer.value) : undefined
      const found = why === undefined ? shown : `${shown}: ${why}`
      problems.push({ key, source: offer.source, found, allowed: parameter.kind.allowed })
    }
  }
  return { values, problems }
}

/** Makes known to the redaction, before anything is reported of it, what of a value must not be shown. */
function learn(value: unknown, isSecret: boolean): void {
  for (const item of Array.isArray(value) ? value : [value]) {
    if (typeof item !== 'string') continue
    learnUrls(item)
    if (isSecret) processRedactor.register(item, ...item.split(/[,\n]/))
  }
}
