import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** A running process of the compiled program. */
export type RunningProgram = {
  child: ChildProcess
  /** Resolves with the first match in what it writes, to either stream; rejects when it ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** Starts the program with these arguments, in a folder, with nothing of this process's environment but the path. */
export function startProgram(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): RunningProgram {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
      for (const listen of listeners) listen()
    })
  }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...written }))
  })
  return {
    child,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const listen = (): void => {
          const match = pattern.exec(written.stdout) ?? pattern.exec(written.stderr)
          if (!match) return
          listeners.delete(listen)
          resolve(match)
        }
        listeners.add(listen)
        listen()
        void ended.then(() => reject(new Error(`It ended without saying ${pattern}:\n${written.stderr}`)))
      }),
  }
}
