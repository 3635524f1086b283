import { readFileSync } from 'node:fs'

/** Whether a process of this machine is still the one that it was: alive, and started at that time. */
export const isRunning = (pid: number, start: number | undefined): boolean =>
  isAlive(pid) && startOf(pid) === start

/** When a process was started, as far as the system reports it: ids are used again. */
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
    // It is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
