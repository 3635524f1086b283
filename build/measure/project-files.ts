import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Folders with generated or installed files. */
const made = new Set(['node_modules', 'dist', 'generated', 'results', 'coverage', '.git'])

/**
 * Lists the files of the project, sorted, relative to it, with forward slashes. Reads the folders and not git, so that
 * it also works in an unpacked archive.
 */
export function projectFiles(folder = ''): string[] {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true })
    .filter(({ name }) => !made.has(name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? projectFiles(path) : [path]
    })
    .sort()
}
