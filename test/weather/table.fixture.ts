import type { Cell } from './cells.fixture.ts'

/** How the run of a cell went; `null` is a run without a summary. */
export type TableRow = {
  cell: Cell
  succeeded: number | null
  seconds: number
  code: number | null
  errors: string
  problems: string
}

/** Writes the results by part and fault, with direct and relayed beside each other, and what failed in words. */
export function formatTable(rows: readonly TableRow[]): string {
  const lines = new Map<string, Partial<Record<Cell['submission'], TableRow>>>()
  for (const row of rows) {
    const { place, fault, submission } = row.cell
    const name = `${place}:${fault}`
    lines.set(name, { ...lines.get(name), [submission]: row })
  }
  const cellOf = (row: TableRow | undefined): string =>
    row === undefined ? '-' : `${row.succeeded ?? 'none'} (${row.code ?? 'no exit'}, ${row.seconds} s)`
  const table = [...lines].map(
    ([name, { direct, relayed }]) =>
      `${name.padEnd(30)} ${cellOf(direct).padEnd(16)} ${cellOf(relayed).padEnd(16)}`,
  )
  const notes = rows
    .filter(({ errors, problems }) => errors !== '' || problems !== '')
    .map(({ cell, errors, problems }) => {
      const what = [errors, problems].filter((text) => text !== '').join(' | ')
      return `  ${cell.place}:${cell.fault} ${cell.submission}: ${what}`
    })
  return [
    `${'succeeded (exit code, time)'.padEnd(30)} ${'direct'.padEnd(16)} relayed`,
    ...table,
    ...notes,
  ].join('\n')
}
