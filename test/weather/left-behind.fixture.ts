import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until no process works in a folder any more.
 *
 * @throws Error that lists them, when some are left after half a minute
 */
export async function waitForNone(folder: string): Promise<void> {
  for (const endMs = performance.now() + 30_000; ; await sleep(50)) {
    const left = processesIn(folder)
    if (left.length === 0) return
    if (performance.now() > endMs) throw new Error(`left behind: ${left.join('; ')}`)
  }
}

/**
 * Finds the processes that work in a folder: those that a program started there, and whatever they started in turn, also
 * when their parents are gone. Linux only; elsewhere there are none to see.
 */
function processesIn(folder: string): string[] {
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
