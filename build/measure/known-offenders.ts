import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

/**
 * Exceptions that the checks of the code still allow: an amount by check, then by file (`lane.ts`) or function (`lane.ts:send`).
 * Entries use only a file's name, so that a file can move.
 */
export type Offenders = Record<string, Record<string, number>>

const list = new URL('../../test/known-offenders.json', import.meta.url)

/** Reads the list of known offenders. */
export const knownOffenders = (): Offenders => JSON.parse(readFileSync(list, 'utf8'))

/** Groups offences by name. If several files have the same name, the largest amount counts. */
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

/** Lists offences that are new or exceed the list, as `name: amount (allowed: amount)`. */
export function newOffences(
  found: Record<string, number> = {},
  known: Record<string, number> = {},
): string[] {
  return Object.entries(found)
    .filter(([name, amount]) => amount > (known[name] ?? 0))
    .map(([name, amount]) => `${name}: ${amount} (allowed: ${known[name] ?? 0})`)
}

/** Removes fixed entries from the list and lowers reduced ones. Adds nothing. */
export function shrinkOffenders(found: Offenders): void {
  const shrunk = Object.entries(knownOffenders()).map(([check, known]) => {
    const left = Object.entries(known)
      .map(([name, allowed]) => [name, Math.min(allowed, found[check]?.[name] ?? 0)] as const)
      .filter(([, allowed]) => allowed > 0)
    return [check, Object.fromEntries(left.toSorted(([a], [b]) => a.localeCompare(b)))]
  })
  writeFileSync(list, `${JSON.stringify(Object.fromEntries(shrunk), null, 2)}\n`)
}
