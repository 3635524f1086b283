import { rangeNotSatisfiable } from './service-error.ts'

/** A part of a body, both ends inclusive. */
export type ByteRange = { start: number; end: number }

/**
 * Parses a `Range` header for a body of `size` bytes.
 *
 * @returns the range, or `undefined` to send everything: no header, several ranges, or an unknown form
 * @throws 416 when the range lies outside the body
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14.2
 *
 * @example byteRange('bytes=-5', 100) // { start: 95, end: 99 }
 */
export function byteRange(header = '', size: number): ByteRange | undefined {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header)
  if (found === null || found[0] === 'bytes=-') return undefined
  const [first, last] = [found[1] ?? '', found[2] ?? '']
  if (first === '') {
    const length = Math.min(Number(last), size)
    if (length === 0) throw rangeNotSatisfiable(header, size)
    return { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return undefined
  if (start >= size) throw rangeNotSatisfiable(header, size)
  return { start, end }
}
