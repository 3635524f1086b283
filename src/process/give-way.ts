import { writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'

/*
 * Gives the generator's main thread priority on busy cores, since its delays distort the measurement. See
 * docs/decisions/0009-who-goes-first.md.
 */

/**
 * Steps as in nice(1). A worker thread that encrypts a little later only makes a flow longer. A starved process of the
 * embedded stack looks like a slow server, so its priority is only slightly below the generator's.
 */
const steps = { thread: 5, process: 1 } as const

/** Returns the niceness for lower priority: this process's own plus a step. */
export const giveWayNiceness = (what: keyof typeof steps): number =>
  Math.min(getPriority(process.pid) + steps[what], 19)

/**
 * Lowers the priority of the calling worker thread. On Linux, niceness is per thread. Elsewhere it would apply to the whole
 * process, so nothing happens there.
 */
export function makeThreadGiveWay(): void {
  if (process.platform === 'linux' && !isMainThread)
    unlessRefused(() => setPriority(0, giveWayNiceness('thread')))
}

/**
 * Lowers the priority of a process that has just started.
 *
 * Linux may schedule sessions as groups. Then the niceness of the group counts, and a detached process leads a session.
 */
export function makeProcessGiveWay(pid: number): void {
  const niceness = giveWayNiceness('process')
  unlessRefused(() => setPriority(pid, niceness))
  if (process.platform === 'linux')
    unlessRefused(() => writeFileSync(`/proc/${pid}/autogroup`, String(niceness)))
}

/** Ignores a refusal: a machine that does not allow it only measures less precisely. */
function unlessRefused(act: () => void): void {
  try {
    act()
  } catch {
    // Lower priority is optional.
  }
}
