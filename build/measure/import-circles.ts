import { dirname, join } from 'node:path/posix'
import ts from 'typescript'
import type { SourceFile } from './source-files.ts'

/**
 * Finds circles of imports, including types: groups of files in which every file reaches every other.
 *
 * @returns the paths of each group, sorted
 */
export function importCircles(files: readonly SourceFile[]): string[][] {
  const imports = new Map(files.map((file) => [file.path, importsOf(file)]))
  const reach = new Map(files.map(({ path }) => [path, reachableFrom(path, imports)]))
  const circles = new Map<string, string[]>()
  for (const [path, reached] of reach) {
    if (!reached.has(path)) continue
    const circle = [...reached].filter((other) => reach.get(other)?.has(path)).sort()
    circles.set(circle.join(' '), circle)
  }
  return [...circles.values()]
}

function importsOf({ path, tree }: SourceFile): string[] {
  return ts
    .preProcessFile(tree.text)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => join(dirname(path), fileName))
}

/** Lists what a file imports, at any depth; including the file itself only if it is part of a circle. */
function reachableFrom(path: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>()
  const open = [path]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const imported of imports.get(next) ?? []) {
      if (reached.has(imported)) continue
      reached.add(imported)
      open.push(imported)
    }
  }
  return reached
}
