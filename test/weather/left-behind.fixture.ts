import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Finds the processes that work in a folder: those that a program started there, and whatever they started in turn, also
 * when their parents are gone. Linux only; elsewhere there are none to see.
 */
export function processesIn(folder: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      if (readlinkSync(`/proc/${name}/cwd`) !== folder) return []
      // One that has ended and was not waited for yet is no longer running.
      if (/\) Z /.test(readFileSync(`/proc/${name}/stat`, 'utf8'))) return []
      return [`${name} ${readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200)}`]
    } catch {
      return []
    }
  })
}
