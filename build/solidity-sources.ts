import { readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** Solidity sources by import name, in the format of the compiler's standard JSON input. */
export type SoliditySources = Record<string, { content: string }>

const importPattern = /^import\s+(?:\{[^}]*\}\s+from\s+)?"([^"]+)";/gm

/**
 * Reads the entry files and everything they import, so that the compiler needs no callback and all inputs are known.
 *
 * Relative imports are resolved against their importer, others (`@openzeppelin/...`) against `node_modules`.
 *
 * @param root the repository's folder, ending in a slash
 * @param entries names relative to the root, or package paths
 */
export function readSoliditySources(root: URL, entries: readonly string[]): SoliditySources {
  const sources: SoliditySources = {}
  const visit = (name: string): void => {
    if (sources[name]) return
    const content = readFileSync(new URL(name.startsWith('@') ? `node_modules/${name}` : name, root), 'utf8')
    sources[name] = { content }
    for (const [, path = ''] of content.matchAll(importPattern)) {
      visit(path.startsWith('.') ? posix.join(posix.dirname(name), path) : path)
    }
  }
  for (const entry of entries) visit(entry)
  return Object.fromEntries(Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1)))
}
