import { floatRepr } from './python-repr.ts'
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
 * `compact` is how the web framework writes its answers, without blanks and escapes.
 *
 * @example dumpPythonJson(new Map([['a', [1n, 2n]]])) // '{"a": [1, 2]}'
 */
export function dumpPythonJson(value: PythonValue, style: 'default' | 'compact' = 'default'): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return dumpFloat(value)
  const text = style === 'compact' ? JSON.stringify : dumpText
  const [comma, colon] = style === 'compact' ? [',', ':'] : [', ', ': ']
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return `[${value.map((item) => dumpPythonJson(item, style)).join(comma)}]`
  const items = [...value].map(([key, item]) => text(key) + colon + dumpPythonJson(item, style))
  return `{${items.join(comma)}}`
}

function dumpFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return floatRepr(value)
}

function dumpText(text: string): string {
  const escaped = text.replace(
    // UTF-16 units on purpose: Python writes a surrogate pair as two escapes.
    /["\\]|[^ -~]/g,
    (unit) => shortEscapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${escaped}"`
}
