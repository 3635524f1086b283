import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { projectFiles } from './project-files.ts'

/** A TypeScript file of the project, parsed. */
export type SourceFile = {
  /** Relative to the project, with forward slashes. */
  path: string
  lines: number
  /** Whether only tests use it. */
  isTest: boolean
  tree: ts.SourceFile
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Reads and parses the TypeScript files of some folders.
 *
 * @param folders relative to the project, such as `src`
 */
export function readSourceFiles(...folders: string[]): SourceFile[] {
  return projectFiles()
    .filter((path) => path.endsWith('.ts') && folders.some((folder) => path.startsWith(`${folder}/`)))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      return {
        path,
        lines: text.trimEnd().split('\n').length,
        isTest: path.startsWith('test/') || /\.(test|fixture)\.ts$/.test(path),
        tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
      }
    })
}
