/** Prints figures as a table, nested ones with their path. */
export function printTable(results: Record<string, unknown>): void {
  const rows = flatten(results)
  const width = Math.max(...rows.map(([name]) => name.length))
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${format(name, value)}`)
}

function flatten(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]]
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path ? `${path}.${key}` : key))
}

function format(name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value)
  if (name.startsWith('rssBytes')) return `${(value / 2 ** 20).toFixed(0)} MiB`
  return value.toFixed(2)
}
