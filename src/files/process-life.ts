import { readFileSync } from 'node:fs'

/** Returns whether a process of this machine is alive and is the same one, started at that time. */
export const isRunning = (pid: number, start: number | undefined): boolean =>
  isAlive(pid) && startOf(pid) === start

/** Returns when a process was started, if the system reports it. Process ids are reused. */
export function startOf(pid: number): number {
  if (process.platform !== 'linux') return 0
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything; the start is the twentieth field after it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return 0
  }
}

function isAlive(pid: number): boolean {
  try {
    return Number.isSafeInteger(pid) && pid > 0 && process.kill(pid, 0)
  } catch (error) {
    // It exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
