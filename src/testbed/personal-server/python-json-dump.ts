import { unencodableText, unwritableNumber } from './python-crash.ts'
import { floatRepr } from './python-repr.ts'
import { hasHalfPair } from './python-utf8.ts'
import type { PythonValue } from './python-value.ts'

const shortEscapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
}

/**
 * Writes JSON as Python's `json.dumps` does: by default with `", "` and `": "` and everything outside ASCII as `\uXXXX`;
 * `compact` is how the web framework writes its answers, without blanks and escapes, and without `NaN` and `Infinity`.
 *
 * @throws {PythonCrash} in compact style, for a number or text that the web framework cannot write
 * @example dumpPythonJson(new Map([['a', [1n, 2n]]])) // '{"a": [1, 2]}'
 */
export function dumpPythonJson(value: PythonValue, style: 'default' | 'compact' = 'default'): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return dumpFloat(value, style)
  const text = style === 'compact' ? dumpPlainText : dumpText
  const [comma, colon] = style === 'compact' ? [',', ':'] : [', ', ': ']
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return `[${value.map((item) => dumpPythonJson(item, style)).join(comma)}]`
  const items = [...value].map(([key, item]) => text(key) + colon + dumpPythonJson(item, style))
  return `{${items.join(comma)}}`
}

function dumpFloat(value: number, style: 'default' | 'compact'): string {
  if (style === 'compact' && !Number.isFinite(value)) throw unwritableNumber()
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return floatRepr(value)
}

function dumpPlainText(text: string): string {
  if (hasHalfPair(text)) throw unencodableText()
  return JSON.stringify(text)
}

function dumpText(text: string): string {
  const escaped = text.replace(
    // UTF-16 units on purpose: Python writes a surrogate pair as two escapes.
    /["\\]|[^ -~]/g,
    (unit) => shortEscapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${escaped}"`
}
