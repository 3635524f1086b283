import { join } from 'node:path'
import type { Address } from 'viem'
import { z } from 'zod'
import { systemClock } from '../async/clock.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { findHolders, lockFile, shareFile } from '../files/file-lock.ts'
import { type Funder, inFolder, nameOf, placeOf, type TurnOptions } from './funder-turns.ts'
import { formatIndexRange } from './index-range.ts'

/** Every `step`-th wallet from number `from` on, `count` of them: what one part of a split run uses. */
export type WalletStride = { from: number; count: number; step: number }

/** Wallets of one mnemonic on a chain, and who is to use them. */
export type WalletsInUse = {
  rpc: Funder['rpc']
  /** Of the wallet with number 0: it stands for the mnemonic. */
  firstAddress: Address
  wallets: WalletStride
  /** For people: `run 2026-07-01-abc`, `wallets sweep`. */
  user: string
  /** Whether it ends before long, so that others may wait for it. */
  endsSoon: boolean
}

const useSchema = z.object({
  user: z.string(),
  endsSoon: z.boolean(),
  wallets: z.object({ from: z.int(), count: z.int(), step: z.int() }),
})

/**
 * Keeps other processes of this user from some wallets until the returned function is called: two that send with the same
 * wallet take each other's nonces, and neither knows what the other has spent.
 *
 * Commands that end soon are waited for. A run uses its wallets for as long as users come, so it is not.
 *
 * @throws LoadTestError WALLETS_BUSY, naming the run that uses one of them; the signal's reason
 * @example const release = await takeWallets({ rpc, firstAddress, wallets, user: 'wallets sweep', endsSoon: true })
 */
export async function takeWallets(
  use: WalletsInUse,
  options: TurnOptions = {},
): Promise<() => Promise<void>> {
  const { rpc, firstAddress, wallets, user, endsSoon } = use
  const { signal, note } = options
  return await inFolder(options, async (folder) => {
    const path = join(folder, `wallets-${rpc.chainId}-${firstAddress.toLowerCase()}${placeOf(rpc)}`)
    const users = `${path}-users`
    for (let hasNoted = false; ; hasNoted = true) {
      const unlock = await lockFile(path, { signal })
      try {
        const other = await findOther(users, wallets)
        if (other === undefined) return await shareFile(users, JSON.stringify({ user, endsSoon, wallets }))
        const who = `${other.user}, process ${nameOf(other)}`
        const which = formatStride(other.wallets)
        if (!other.endsSoon) {
          throw new LoadTestError(
            'WALLETS_BUSY',
            `Wallets ${which} are in use by ${who}, until it has ended.`,
            {
              details: { pid: other.pid, user: other.user },
            },
          )
        }
        if (!hasNoted) note?.(`Wallets ${which} are in use by ${who}: waiting until it has ended.`)
      } finally {
        await unlock()
      }
      await systemClock.sleepUntil(systemClock.now() + 200, signal)
    }
  })
}

async function findOther(users: string, wallets: WalletStride) {
  for (const { text, ...holder } of await findHolders(users)) {
    const use = useSchema.safeParse(JSON.parse(text || 'null'))
    if (use.success && overlap(use.data.wallets, wallets)) return { ...holder, ...use.data }
  }
  return undefined
}

/**
 * Whether two sets of wallets have one in common.
 *
 * @example overlap({ from: 0, count: 5, step: 2 }, { from: 1, count: 5, step: 2 }) // false: parts of one run
 */
export function overlap(a: WalletStride, b: WalletStride): boolean {
  const last = ({ from, count, step }: WalletStride): number => from + (count - 1) * step
  const low = Math.max(a.from, b.from)
  const high = Math.min(last(a), last(b))
  const skipped = Math.max(0, Math.ceil((low - a.from) / a.step))
  for (let index = a.from + skipped * a.step; index <= high; index += a.step) {
    if ((index - b.from) % b.step === 0) return true
    // After as many steps as the other's is long, the remainders begin again.
    if (index - low >= a.step * b.step) return false
  }
  return false
}

const formatStride = ({ from, count, step }: WalletStride): string =>
  `${formatIndexRange({ from, count: (count - 1) * step + 1 })}${step === 1 ? '' : ` (every ${step}th)`}`
