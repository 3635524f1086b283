import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How to start a program of this package with Node. */
export type OwnProgram = { command: string; args: string[] }

/**
 * Finds a program of this package next to the calling module: compiled, or TypeScript with a loader in a checkout.
 *
 * @param path without extension, relative to the module
 * @param importMetaUrl the module's `import.meta.url`
 * @example ownProgram('./part-process', import.meta.url) // { command: '/usr/bin/node', args: ['/.../part-process.js'] }
 */
export function ownProgram(path: string, importMetaUrl: string): OwnProgram {
  const extension = extname(fileURLToPath(importMetaUrl))
  const file = fileURLToPath(new URL(path + extension, importMetaUrl))
  return {
    command: process.execPath,
    args: extension === '.ts' ? ['--import', import.meta.resolve('tsx'), file] : [file],
  }
}
