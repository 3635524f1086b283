import { writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'

/*
 * When the cores are taken, the generator's main thread goes first: what it does late, it measures wrongly. See
 * docs/decisions/0009-who-goes-first.md.
 */

/** As in nice(1): enough to be passed by, not so much as to starve on a machine that others use too. */
const step = 5

/** The niceness of what gives way: this process's own, and a step more. */
export const giveWayNiceness = (): number => Math.min(getPriority(process.pid) + step, 19)

/**
 * Lets the worker thread that calls this give way to the main thread. On Linux a niceness is a thread's own; elsewhere it
 * would be the whole process's, so nothing happens there.
 */
export function makeThreadGiveWay(): void {
  if (process.platform === 'linux' && !isMainThread) unlessRefused(() => setPriority(0, giveWayNiceness()))
}

/**
 * Lets a process that has just been started give way to others.
 *
 * Linux may let sessions compete as groups. Then the niceness of the group counts, and a detached process leads a session.
 */
export function makeProcessGiveWay(pid: number): void {
  const niceness = giveWayNiceness()
  unlessRefused(() => setPriority(pid, niceness))
  if (process.platform === 'linux')
    unlessRefused(() => writeFileSync(`/proc/${pid}/autogroup`, String(niceness)))
}

/** A machine that does not allow it measures a little worse, and that is all. */
function unlessRefused(act: () => void): void {
  try {
    act()
  } catch {
    // Nothing depends on it.
  }
}
