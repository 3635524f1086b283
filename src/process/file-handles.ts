import { readFileSync } from 'node:fs'

/*
 * Loaded before anything else of this program: only Node's own modules may be imported here.
 */

/** File handles that any command needs: those of Node.js and of the modules that are loaded. */
export const leastFileHandles = 128

/** File handles that a run needs for so many users in flight: connections to every part of the target, and files. */
export const fileHandlesOf = (users: number): number => leastFileHandles + 2 * users

/** Most file handles that this process may have; `null` where the system does not say. Node.js has raised it to the hard limit. */
export function fileHandleLimit(): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? null : Number(limit)
  } catch {
    return limitOfReport()
  }
}

/** Whether an error, or what led to it, says that there was no file handle left. */
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
