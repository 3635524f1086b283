/**
 * Finds what was probably meant by a name that is not known.
 *
 * Names count as near when at most a third of their letters (and never more than three) have to be typed otherwise; a
 * name that only lacks its group, or has another, is near as well.
 *
 * @example suggest('usres', ['users', 'load.rate']) // 'users'
 */
export function suggest(name: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const candidate of known) {
    const distance = Math.min(
      editDistance(plain(name), plain(candidate)),
      // A full match of the last part is worth less than one of the whole name.
      editDistance(lastPart(name), lastPart(candidate)) + 0.5,
    )
    const limit = Math.min(3, Math.max(1, lastPart(name).length / 3)) + 0.5
    if (distance <= limit && (best === undefined || distance < best.distance)) {
      best = { name: candidate, distance }
    }
  }
  return best?.name
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')
const lastPart = (name: string): string => plain(name.slice(name.lastIndexOf('.') + 1))

/** Letters to insert, delete, replace, or swap with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let distance = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) distance = Math.min(distance, (beforeLast[column - 2] ?? 0) + 1)
      current.push(distance)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
