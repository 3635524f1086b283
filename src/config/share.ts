/**
 * Reads a share of things: `5%` or `0.05`.
 *
 * @returns from 0 to 1, to a millionth; `undefined` for anything else
 */
export function parseShare(text: string): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]
  const share =
    percent === undefined ? (/^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN) : Number(percent) / 100
  return share >= 0 && share <= 1 ? Math.round(share * 1e6) / 1e6 : undefined
}

/**
 * Writes a share as {@link parseShare} reads it.
 *
 * @example formatShare(0.05) // '5%'
 */
export function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`
}
