const levels = '▁▂▃▄▅▆▇█'

/**
 * Draws values as one line of text, each character as high as the highest value that it stands for; a space where nothing was
 * measured.
 *
 * @param width the most characters
 * @example sparkline([1, 4, 8], 40) // '▁▄█'
 */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const highest = Math.max(0, ...values.map((value) => value ?? 0))
  const perCharacter = Math.max(1, Math.ceil(values.length / width))
  let line = ''
  for (let at = 0; at < values.length; at += perCharacter) {
    const known = values.slice(at, at + perCharacter).filter((value) => value !== null)
    line += known.length === 0 ? ' ' : levelOf(Math.max(...known), highest)
  }
  return line
}

function levelOf(value: number, highest: number): string {
  const share = highest === 0 ? 0 : Math.max(0, value) / highest
  return levels[Math.min(levels.length - 1, Math.floor(share * levels.length))] ?? ''
}
