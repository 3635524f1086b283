/**
 * Lays out a table for a terminal: words to the left, numbers to the right.
 *
 * @param leftAligned number of leading columns with words
 * @example textTable(['run', 'users'], [['a', '60']], 1)
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  leftAligned: number,
): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column < leftAligned ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}
