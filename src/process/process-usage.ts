import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Resources that a process has used since it started. */
export type ProcessUsage = {
  /** CPU time, user and system, in milliseconds. */
  cpuMs: number
  /** Resident memory in bytes. */
  rssBytes: number
}

/** Unit in which Linux reports CPU time to programs, whatever the kernel's own tick. */
const ticksPerSecond = 100
const pageBytes = 4096

/**
 * Reads the resources that another process of this machine has used.
 *
 * @returns `undefined` if there is no such process or the platform does not report it
 * @example await readProcessUsage(anvil.pid) // { cpuMs: 5120, rssBytes: 141557760 }
 */
export async function readProcessUsage(pid: number): Promise<ProcessUsage | undefined> {
  try {
    return process.platform === 'linux' ? await readProc(pid) : await readPs(pid)
  } catch {
    return undefined
  }
}

/** Fields of `/proc/<pid>/stat`, counted from after the name, which may contain spaces: see proc(5). */
async function readProc(pid: number): Promise<ProcessUsage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [userTicks, systemTicks, rssPages] = [fields[11], fields[12], fields[21]].map(Number)
  if (userTicks === undefined || systemTicks === undefined || rssPages === undefined)
    throw new Error('short stat')
  return { cpuMs: ((userTicks + systemTicks) / ticksPerSecond) * 1000, rssBytes: rssPages * pageBytes }
}

async function readPs(pid: number): Promise<ProcessUsage> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'time=,rss=', '-p', String(pid)])
  const [time = '', kibibytes = ''] = stdout.trim().split(/\s+/)
  const seconds = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0)
  return { cpuMs: seconds * 1000, rssBytes: Number(kibibytes) * 1024 }
}
