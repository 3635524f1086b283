import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Clock, systemClock } from '../async/clock.ts'
import { isRunning, startOf } from './process-life.ts'

/** Options of waiting for a lock. */
export type FileLockOptions = {
  signal?: AbortSignal | undefined
  /** Called once if another process holds the lock. @default none */
  onWait?: ((holder: LockHolder) => void) | undefined
  /** @default the process's clock */
  clock?: Clock
}

/** A process that holds or requests a lock. */
export type LockHolder = {
  pid: number
  /** Since when, in milliseconds since 1970. */
  sinceMs: number
}

/**
 * Locks a file against other processes of this machine. Waits until it is free, and holds the lock until the returned
 * function is called.
 *
 * To request the lock, a process puts an empty file named after itself next to the path and then looks for others. If it
 * sees one, it removes its own and tries again later, so two processes never both proceed. The name identifies what a killed
 * process has left behind, so a lock is never taken from a process that is alive.
 *
 * @throws the file system's error; the signal's reason
 * @example const unlock = await lockFile('wallets.json'); try { ... } finally { await unlock() }
 */
export async function lockFile(path: string, options: FileLockOptions = {}): Promise<() => Promise<void>> {
  const { signal, onWait, clock = systemClock } = options
  const own = newName(path)
  const release = (): Promise<void> => rm(join(dirname(path), own), { force: true })
  let isTold = false
  for (;;) {
    signal?.throwIfAborted()
    let holder = await findHolder(path, own)
    if (holder === undefined) {
      await (await open(join(dirname(path), own), 'wx', 0o600)).close()
      holder = await findHolder(path, own).catch(async (error: unknown) => {
        await release()
        throw error
      })
      if (holder === undefined) return release
      await release()
    }
    if (!isTold) onWait?.(holder)
    isTold = true
    // Jitter, so that waiters do not retry in lockstep.
    await clock.sleepUntil(clock.now() + 50 + Math.random() * 150, signal)
  }
}

/**
 * Holds a shared lock of a file until the returned function is called. {@link lockFile} waits for all shared holders.
 *
 * @param text describes the holder, see {@link findHolders}
 * @throws the file system's error
 */
export async function shareFile(path: string, text = ''): Promise<() => Promise<void>> {
  const own = join(dirname(path), newName(path))
  const file = await open(own, 'wx', 0o600)
  try {
    await file.writeFile(text)
  } finally {
    await file.close()
  }
  return () => rm(own, { force: true })
}

/**
 * Finds a process that holds or requests the lock of a file. Removes locks of processes that no longer exist.
 *
 * @param own the name of the caller's own lock, which is ignored
 * @throws the file system's error
 */
export async function findHolder(path: string, own?: string): Promise<LockHolder | undefined> {
  for await (const { holder } of holdersOf(path, own)) return holder
  return undefined
}

/**
 * Lists all holders of a file's lock, with the text passed to {@link shareFile}. Removes locks of processes that no longer
 * exist.
 *
 * @throws the file system's error
 */
export async function findHolders(path: string): Promise<(LockHolder & { text: string })[]> {
  const holders: (LockHolder & { text: string })[] = []
  for await (const { holder, file } of holdersOf(path)) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    // A missing file means that the lock was released meanwhile.
    if (text !== undefined) holders.push({ ...holder, text })
  }
  return holders
}

async function* holdersOf(path: string, own?: string): AsyncGenerator<{ holder: LockHolder; file: string }> {
  const folder = dirname(path)
  const prefix = prefixOf(path)
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || name === own) continue
    const [pid = 0, start] = name.slice(prefix.length).split('-').map(Number)
    const file = join(folder, name)
    if (isRunning(pid, start)) {
      const made = await stat(file).catch(() => undefined)
      yield { holder: { pid, sinceMs: made?.mtimeMs ?? Date.now() }, file }
    } else await rm(file, { force: true })
  }
}

const prefixOf = (path: string): string => `${basename(path)}.lock-`

/** Names a lock: its process, when that was started, and a number, since a process may hold several locks. */
const newName = (path: string): string =>
  `${prefixOf(path)}${process.pid}-${startOf(process.pid)}-${randomBytes(4).toString('hex')}`
