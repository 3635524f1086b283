import { readFileSync } from 'node:fs'

/*
 * Loads before the rest of the program, so it may import only Node's own modules.
 */

/** File handles that any command needs, for Node.js and the loaded modules. */
export const leastFileHandles = 128

/** Returns the file handles that a run needs for a number of users in flight: connections to every part, and files. */
export const fileHandlesOf = (users: number): number => leastFileHandles + 2 * users

/** Returns the limit of file handles, which Node.js has raised to the hard limit; `null` if the system does not report it. */
export function fileHandleLimit(): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? null : Number(limit)
  } catch {
    return limitOfReport()
  }
}

/** Returns whether an error or one of its causes reports that no file handle was left. */
export function isOutOfFileHandles(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) return false
  const code = 'code' in error ? error.code : undefined
  return code === 'EMFILE' || code === 'ENFILE' || isOutOfFileHandles(error.cause, depth + 1)
}

function limitOfReport(): number | null {
  const report: unknown = process.report?.getReport()
  const limits = report instanceof Object && 'userLimits' in report ? report.userLimits : undefined
  const files = limits instanceof Object && 'open_files' in limits ? limits.open_files : undefined
  const soft = files instanceof Object && 'soft' in files ? files.soft : undefined
  return typeof soft === 'number' ? soft : null
}
