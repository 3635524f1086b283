import { hardened } from '../crypto/hd-key.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/** Consecutive wallets of a branch: `count` of them, the first with number `from`. */
export type IndexRange = { from: number; count: number }

/**
 * Makes a range after checking that BIP-32 has such indexes.
 *
 * @throws LoadTestError CONFIG_INVALID
 * @example indexRange(0, 1000)
 */
export function indexRange(from: number, count: number): IndexRange {
  const isIndex = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= hardened
  if (!isIndex(from) || !isIndex(count) || from + count > hardened) {
    throw new LoadTestError('CONFIG_INVALID', `There are no ${count} wallets from number ${from} on.`, {
      hint: `Wallets are numbered 0 to ${hardened - 1}.`,
    })
  }
  return { from, count }
}

/**
 * Reads a range as people write it, both ends included: `0-999`, or `7` for one wallet.
 *
 * @throws LoadTestError CONFIG_INVALID
 * @example parseIndexRange('0-999') // { from: 0, count: 1000 }
 */
export function parseIndexRange(text: string): IndexRange {
  const match = /^\s*(\d{1,10})(?:\s*-\s*(\d{1,10}))?\s*$/.exec(text)
  const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])]
  if (match === null || to < from) {
    throw new LoadTestError('CONFIG_INVALID', 'A range of wallets is written as first-last, such as 0-999.')
  }
  return indexRange(from, to - from + 1)
}

/** Writes a range as {@link parseIndexRange} reads it; `none` for an empty one. */
export function formatIndexRange({ from, count }: IndexRange): string {
  if (count === 0) return 'none'
  return count === 1 ? String(from) : `${from}-${from + count - 1}`
}

/** Ranges that {@link nameRanges} names one by one. */
export const namedRanges = 5

/** Names wallets in as few words as possible. */
export function nameRanges(ranges: readonly IndexRange[]): string {
  const named = ranges.slice(0, namedRanges).map(formatIndexRange).join(', ')
  return ranges.length > namedRanges ? `${named} and more` : named
}

/** Cuts a range into pieces of at most `size`, in order. */
export function* chunkRange({ from, count }: IndexRange, size: number): Generator<IndexRange> {
  for (let done = 0; done < count; done += size) {
    yield { from: from + done, count: Math.min(size, count - done) }
  }
}

/** The numbers of a range, in order. */
export function* indexesOf({ from, count }: IndexRange): Generator<number> {
  for (let i = 0; i < count; i += 1) yield from + i
}

/** The smallest set of ranges that names every wallet of the given ones, in order. */
export function uniteRanges(ranges: readonly IndexRange[]): IndexRange[] {
  const united: IndexRange[] = []
  for (const range of ranges.filter(({ count }) => count > 0).toSorted((a, b) => a.from - b.from)) {
    const last = united.at(-1)
    if (last === undefined || last.from + last.count < range.from) united.push({ ...range })
    else last.count = Math.max(last.count, range.from + range.count - last.from)
  }
  return united
}
