import type { PythonValue } from './python-value.ts'

/**
 * Spells a float as Python's `repr` does: shortest digits, always with a point or an exponent.
 *
 * @example floatRepr(1) // '1.0'
 * @example floatRepr(1e16) // '1e+16'
 */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  // Python writes an exponent below 1e-4 and from 1e16 on; JavaScript's bounds are 1e-6 and 1e21.
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0')
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`
  }
  const fixed = exponent < 0 ? plainFraction(mantissa, exponent) : String(value)
  return fixed.includes('.') ? fixed : `${fixed}.0`
}

/** Writes a number of magnitude below one without an exponent. */
function plainFraction(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '')
  return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
}

/** Spells a value as Python's `str()` does: text stays as it is. */
export function pythonStr(value: PythonValue): string {
  return typeof value === 'string' ? value : pythonRepr(value)
}

/**
 * Spells a value as Python's `repr()` does.
 *
 * @example pythonRepr(true) // 'True'
 */
export function pythonRepr(value: PythonValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return floatRepr(value)
  if (typeof value === 'string') return textRepr(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  return `{${[...value].map(([key, item]) => `${textRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`
}

const shortEscapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function textRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replace(/[\\\n\r\t'\p{Cc}]/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : character
    return shortEscapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return quote + escaped + quote
}
