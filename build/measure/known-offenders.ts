import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

/**
 * What the checks of the code still let pass: by check, then by file (`lane.ts`) or function (`lane.ts:send`), how much.
 * Entries go by a file's name alone, so that a file can move.
 */
export type Offenders = Record<string, Record<string, number>>

const list = new URL('../../test/known-offenders.json', import.meta.url)

/** Reads the list of known offenders. */
export const knownOffenders = (): Offenders => JSON.parse(readFileSync(list, 'utf8'))

/** Sums up offences by name; of several in files of one name, the largest counts. */
export function byName(
  offences: readonly (readonly [place: string, amount: number])[],
): Record<string, number> {
  const largest: Record<string, number> = {}
  for (const [place, amount] of offences) {
    const name = basename(place)
    largest[name] = Math.max(largest[name] ?? 0, amount)
  }
  return largest
}

/** Lists what is new, or more than the list allows, as `name: amount (allowed: amount)`. */
export function newOffences(
  found: Record<string, number> = {},
  known: Record<string, number> = {},
): string[] {
  return Object.entries(found)
    .filter(([name, amount]) => amount > (known[name] ?? 0))
    .map(([name, amount]) => `${name}: ${amount} (allowed: ${known[name] ?? 0})`)
}

/** Removes from the list what is gone, and lowers what is less now. Adds nothing. */
export function shrinkOffenders(found: Offenders): void {
  const shrunk = Object.entries(knownOffenders()).map(([check, known]) => {
    const left = Object.entries(known)
      .map(([name, allowed]) => [name, Math.min(allowed, found[check]?.[name] ?? 0)] as const)
      .filter(([, allowed]) => allowed > 0)
    return [check, Object.fromEntries(left.toSorted(([a], [b]) => a.localeCompare(b)))]
  })
  writeFileSync(list, `${JSON.stringify(Object.fromEntries(shrunk), null, 2)}\n`)
}
