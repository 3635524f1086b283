import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Clock, systemClock } from '../async/clock.ts'

/** How a lock is waited for. */
export type FileLockOptions = {
  signal?: AbortSignal | undefined
  /** Told once, with its process id, when another holds the lock. @default nobody */
  onWait?: ((pid: number) => void) | undefined
  /** @default the process's clock */
  clock?: Clock
}

/**
 * Waits until no other process of this machine works with a file, and keeps others away until the returned function is
 * called.
 *
 * Whoever wants the lock puts an empty file beside the path, named after its process, and then looks for others; who
 * sees one takes its own away and tries again later. So two can never both go on, and what a killed process has left is
 * known by its name: nothing that is alive is ever taken from anybody.
 *
 * @throws the file system's error; the signal's reason
 * @example const unlock = await lockFile('wallets.json'); try { ... } finally { await unlock() }
 */
export async function lockFile(path: string, options: FileLockOptions = {}): Promise<() => Promise<void>> {
  const { signal, onWait, clock = systemClock } = options
  const prefix = `${basename(path)}.lock-`
  const own = `${prefix}${process.pid}-${startOf(process.pid)}-${randomBytes(4).toString('hex')}`
  const release = (): Promise<void> => rm(join(dirname(path), own), { force: true })
  let isTold = false
  for (;;) {
    signal?.throwIfAborted()
    let holder = await findHolder(path, prefix, own)
    if (holder === undefined) {
      await (await open(join(dirname(path), own), 'wx', 0o600)).close()
      holder = await findHolder(path, prefix, own).catch(async (error: unknown) => {
        await release()
        throw error
      })
      if (holder === undefined) return release
      await release()
    }
    if (!isTold) onWait?.(holder)
    isTold = true
    // Apart from one another, lest they all come back together.
    await clock.sleepUntil(clock.now() + 50 + Math.random() * 150, signal)
  }
}

/** The process id of somebody who holds or wants the lock; what the dead have left is cleared away. */
async function findHolder(path: string, prefix: string, own: string): Promise<number | undefined> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || name === own) continue
    const [pid = 0, start] = name.slice(prefix.length).split('-').map(Number)
    if (isAlive(pid) && startOf(pid) === start) return pid
    await rm(join(folder, name), { force: true })
  }
  return undefined
}

function isAlive(pid: number): boolean {
  try {
    return Number.isSafeInteger(pid) && pid > 0 && process.kill(pid, 0)
  } catch (error) {
    // It is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** When a process was started, as far as the system tells: ids are used again. */
function startOf(pid: number): number {
  if (process.platform !== 'linux') return 0
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything; the start is the twentieth field after it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return 0
  }
}
