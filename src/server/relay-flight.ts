import type { Hash } from 'viem'
import type { Clock } from '../async/clock.ts'

/** What the relay knows of a transaction. */
export type RelayedTransaction = {
  hash: Hash
  /** `mined`: a block holds it, whatever its status. */
  state: 'pending' | 'mined' | 'dropped'
  /** Of the block that holds it. */
  blockNumber?: number | undefined
}

/** A user's request from its simulation to the receipt of its transaction. */
export type Flight = {
  digest: Hash
  submitting: Promise<Hash>
  /** Opens soon, and the user's next request waits for it; nothing while no block holds the transaction. */
  gate: Gate | undefined
  transaction: RelayedTransaction | undefined
  /** Whether a revert was charged to the user; a reorganization may bring a second receipt. */
  isCharged: boolean
}

/** Something to wait for that happens once. */
export type Gate = { opened: Promise<void>; open(): void }

/** Makes a gate that is closed. */
export function createGate(): Gate {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

/** Waits for a gate, but no longer than some milliseconds. */
export async function waitAtGate({ opened }: Gate, ms: number, clock: Clock): Promise<void> {
  const enough = new AbortController()
  const timer = clock.sleepUntil(clock.now() + ms, enough.signal).catch(() => {})
  await Promise.race([opened, timer])
  enough.abort()
}
