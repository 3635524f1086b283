import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Clock, systemClock } from '../async/clock.ts'
import { isRunning, startOf } from './process-life.ts'

/** How a lock is waited for. */
export type FileLockOptions = {
  signal?: AbortSignal | undefined
  /** Told once when another holds the lock. @default nobody */
  onWait?: ((holder: LockHolder) => void) | undefined
  /** @default the process's clock */
  clock?: Clock
}

/** A process that holds a lock, or wants it. */
export type LockHolder = {
  pid: number
  /** Since when, in milliseconds since 1970. */
  sinceMs: number
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
    // Apart from one another, lest they all come back together.
    await clock.sleepUntil(clock.now() + 50 + Math.random() * 150, signal)
  }
}

/**
 * Holds the lock of a file beside others who hold it the same way, until the returned function is called; who comes by
 * {@link lockFile} then waits for all of them.
 *
 * @param text says who holds it, see {@link findHolders}
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
 * Somebody who holds the lock of a file, or wants it; what the dead have left is cleared away.
 *
 * @param own the name of one's own lock, which is nobody's
 * @throws the file system's error
 */
export async function findHolder(path: string, own?: string): Promise<LockHolder | undefined> {
  for await (const { holder } of holdersOf(path, own)) return holder
  return undefined
}

/**
 * Everybody who holds the lock of a file, with the text that {@link shareFile} was given; what the dead have left is cleared
 * away.
 *
 * @throws the file system's error
 */
export async function findHolders(path: string): Promise<(LockHolder & { text: string })[]> {
  const holders: (LockHolder & { text: string })[] = []
  for await (const { holder, file } of holdersOf(path)) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    // Without its file, it has let go meanwhile.
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

/** Says whose the lock is: a process, when that was started, and a lock of it among several. */
const newName = (path: string): string =>
  `${prefixOf(path)}${process.pid}-${startOf(process.pid)}-${randomBytes(4).toString('hex')}`
