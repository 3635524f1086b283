import type { Column, TableNode } from '../document/document.ts'
import { type Colors, padEnd, padStart, printable, visibleLength, wrap } from '../terminal-text.ts'
import { printInline } from './print-inline.ts'

const gap = 2

/** Prose in a column narrower than this cannot be read. */
const leastProse = 16

/**
 * Prints a table as lines: numbers to the right, prose wrapped. A terminal that is too narrow for it loses the minor columns,
 * the last one first.
 */
export function printTable({ columns, rows, sums = [] }: TableNode, width: number, colors: Colors): string[] {
  const texts = [...rows, ...sums].map((row) =>
    columns.map((_, index) => printInline(row[index] ?? '', colors)),
  )
  const titles = columns.map(({ title }) => printable(title))
  const natural = titles.map((title, index) =>
    Math.max(visibleLength(title), ...texts.map((row) => visibleLength(row[index] ?? ''))),
  )
  const shown = columnsThatFit(columns, natural, width)
  const widths = new Map(shown.map((index) => [index, natural[index] ?? 0]))
  const excess = totalOf([...widths.values()]) - width
  const prose = shown.find((index) => columns[index]?.content === 'prose')
  if (prose !== undefined && excess > 0) {
    widths.set(prose, Math.max(leastProse, (natural[prose] ?? 0) - excess))
  }
  const lay = (row: readonly string[]): string[] => layRow(row, columns, widths)
  return [...lay(titles.map((title) => colors.dim(title))), ...texts.flatMap(lay)]
}

function columnsThatFit(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const shown = [...columns.keys()].filter((index) => columns[index]?.content !== 'drawn')
  const isTooWide = () => totalOf(shown.map((index) => leastWidth(columns[index], natural[index]))) > width
  while (isTooWide()) {
    const minor = shown.findLast((index) => columns[index]?.isMinor === true)
    if (minor === undefined) break
    shown.splice(shown.indexOf(minor), 1)
  }
  return shown
}

/** The width that a column needs at least. */
const leastWidth = (column: Column | undefined, natural = 0): number =>
  column?.content === 'prose' ? Math.min(natural, leastProse) : natural

const totalOf = (widths: readonly number[]): number =>
  widths.reduce((sum, one) => sum + one, 0) + gap * Math.max(0, widths.length - 1)

/** Lays out one row, on several lines where prose wraps. */
function layRow(row: readonly string[], columns: readonly Column[], widths: Map<number, number>): string[] {
  const cells = [...widths].map(([index, width]) => {
    const text = row[index] ?? ''
    const isTooLong = visibleLength(text) > width
    return { width, lines: isTooLong ? wrap(text, width) : [text], align: columns[index]?.align }
  })
  const height = Math.max(1, ...cells.map(({ lines }) => lines.length))
  return Array.from({ length: height }, (_, at) =>
    cells
      .map(({ width, lines, align }) => (align === 'end' ? padStart : padEnd)(lines[at] ?? '', width))
      .join(' '.repeat(gap))
      .trimEnd(),
  )
}
