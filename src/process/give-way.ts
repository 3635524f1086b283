import { writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'

/*
 * When the cores are taken, the generator's main thread goes first: what it does late, it measures wrongly. See
 * docs/decisions/0009-who-goes-first.md.
 */

/**
 * Steps as in nice(1). A thread that encrypts a little later only makes a flow longer. A process of the embedded stack that
 * other work on the machine passes by is a server that looks slow, so it goes hardly later than the generator.
 */
const steps = { thread: 5, process: 1 } as const

/** The niceness of what runs at lower priority: this process's own, and a step more. */
export const giveWayNiceness = (what: keyof typeof steps): number =>
  Math.min(getPriority(process.pid) + steps[what], 19)

/**
 * Lets the worker thread that calls this give way to the main thread. On Linux a niceness is a thread's own; elsewhere it
 * would be the whole process's, so nothing happens there.
 */
export function makeThreadGiveWay(): void {
  if (process.platform === 'linux' && !isMainThread)
    unlessRefused(() => setPriority(0, giveWayNiceness('thread')))
}

/**
 * Lets a process that has just been started give way to others.
 *
 * Linux may let sessions compete as groups. Then the niceness of the group counts, and a detached process leads a session.
 */
export function makeProcessGiveWay(pid: number): void {
  const niceness = giveWayNiceness('process')
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
