import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address } from 'viem'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { findHolder, type LockHolder, lockFile, shareFile } from '../files/file-lock.ts'
import { ownFunderHint } from './notice-others.ts'

/** A key that pays, on a chain. */
export type Funder = { rpc: Pick<RpcPool, 'chainId' | 'endpoints'>; address: Address }

/** How a turn is waited for. */
export type TurnOptions = {
  signal?: AbortSignal | undefined
  /** Called once with a sentence that names the process one waits for. @default nobody */
  note?: ((text: string) => void) | undefined
  /** Where the locks are. @default a folder of this user's for temporary files */
  folder?: string | undefined
}

/**
 * Waits until no other process of this user pays with a funder on a chain, and keeps others from it until the returned
 * function is called.
 *
 * Two fundings take turns, since each ends on its own. A run keeps its funder for as long as users arrive, which may be
 * hours: it is not waited for.
 *
 * @throws LoadTestError FUNDER_BUSY, naming the process, while a run pays with it; the signal's reason
 * @example const endTurn = await takeFunderTurn({ rpc, address }, { signal, note }); try { ... } finally { await endTurn() }
 */
export async function takeFunderTurn(
  funder: Funder,
  options: TurnOptions = {},
): Promise<() => Promise<void>> {
  return await inFolder(options, async (folder) => {
    const path = pathOf(folder, funder)
    const endTurn = await lockFile(path, waitingFor(funder, options))
    try {
      const run = await findHolder(runsOf(path))
      if (run === undefined) return endTurn
      throw new LoadTestError(
        'FUNDER_BUSY',
        `Process ${nameOf(run)} is a run that pays its users with ${funder.address}, until it has ended.`,
        { details: { pid: run.pid, funder: funder.address } },
      )
    } catch (error) {
      await endTurn()
      throw error
    }
  })
}

/**
 * Keeps fundings from a run's funder until the returned function is called; one that is running is waited for. Other runs
 * may share it, as the parts of a load do.
 *
 * @throws the signal's reason
 */
export async function shareFunder(funder: Funder, options: TurnOptions = {}): Promise<() => Promise<void>> {
  return await inFolder(options, async (folder) => {
    const path = pathOf(folder, funder)
    const endTurn = await lockFile(path, waitingFor(funder, options))
    try {
      return await shareFile(runsOf(path))
    } finally {
      await endTurn()
    }
  })
}

function waitingFor({ address }: Funder, { signal, note }: TurnOptions) {
  const onWait = (holder: LockHolder): void =>
    note?.(`Process ${nameOf(holder)} pays with ${address}: waiting until it has ended. ${ownFunderHint}`)
  return { signal, onWait }
}

/**
 * Takes a lock in the folder of this user's locks.
 *
 * Locks keep two from disturbing each other; without a place for them payments are as right, and slower.
 */
export async function inFolder(
  { folder = usualFolder(), signal, note }: TurnOptions,
  lock: (folder: string) => Promise<() => Promise<void>>,
): Promise<() => Promise<void>> {
  try {
    await mkdir(folder, { mode: 0o700, recursive: true })
    // In a shared temporary folder, any user may have created it.
    const { uid } = await lstat(folder)
    if (uid !== (process.getuid?.() ?? uid)) throw new Error("It is not this user's.")
    return await lock(folder)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof LoadTestError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    note?.(`Other programs that pay with the same key cannot be kept waiting by ${folder}: ${reason}`)
    return async () => {}
  }
}

/** Named by the user's number: a container's may have no name. Elsewhere the system keeps temporary files of users apart. */
const usualFolder = (): string => join(tmpdir(), `vana-load-${process.getuid?.() ?? 'user'}`)

/** One lock for each funder and chain. */
const pathOf = (folder: string, { rpc, address }: Funder): string =>
  join(folder, `funder-${rpc.chainId}-${address.toLowerCase()}${placeOf(rpc)}`)

/** A chain is known by its id, but those on this machine, which have one in common, by their ports. */
export function placeOf(rpc: Funder['rpc']): string {
  const hosts = rpc.endpoints().map(({ label }) => new URL(label.split(' ')[0] ?? '').host)
  const isHere = hosts.every((host) => /^(localhost|127\.|\[::1\])/.test(host))
  if (!isHere) return ''
  return `-${hosts
    .sort()
    .join('-')
    .replaceAll(/[^\w.-]/g, '_')}`
}

const runsOf = (path: string): string => `${path}-runs`

/** A process and since when it holds a lock, for people. */
export const nameOf = ({ pid, sinceMs }: LockHolder): string =>
  `${pid} (since ${new Date(sinceMs).toISOString().slice(0, 19)}Z)`
