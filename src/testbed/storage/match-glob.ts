import { invalid } from './service-error.ts'

/**
 * Makes a test of names from the service's pattern: `*` any characters but `/`, `**` any at all, `?` one that is not `/`,
 * `[a-z]` and `[!a-z]` one of a set, `{a,b}` either; a backslash takes away what the next character means.
 *
 * Works through the name once per place in the pattern, so that no pattern makes a listing slow.
 *
 * @throws 400 for a pattern that is no such thing
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/list#list-objects-and-prefixes-using-glob
 */
export function matchGlob(pattern: string): (name: string) => boolean {
  if (pattern.length > 1024) throw invalid('The glob pattern is too long.')
  const alternatives = expand([...pattern]).map(parse)
  return (name) => alternatives.some((steps) => matches(steps, [...name]))
}

type Step = { many: boolean; accepts: (character: string) => boolean }

/** Writes out `{a,b}`, which may hold others, as several patterns without it. */
function expand(pattern: readonly string[], limit = { left: 256 }): string[][] {
  const open = indexOutside(pattern, '{', 0)
  if (open === -1) return [[...pattern]]
  const ends: number[] = [open]
  let depth = 0
  for (let i = open; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++
    else if (pattern[i] === '{') depth++
    else if (pattern[i] === ',' && depth === 1) ends.push(i)
    else if (pattern[i] === '}' && --depth === 0) {
      ends.push(i)
      break
    }
  }
  if (depth !== 0) throw invalid('Invalid glob pattern: a brace is not closed.')
  const close = ends.at(-1) ?? open
  return ends.slice(1).flatMap((end, i) => {
    if (limit.left-- <= 0) throw invalid('Invalid glob pattern: too many alternatives.')
    const choice = pattern.slice((ends[i] ?? 0) + 1, end)
    return expand([...pattern.slice(0, open), ...choice, ...pattern.slice(close + 1)], limit)
  })
}

function indexOutside(pattern: readonly string[], wanted: string, from: number): number {
  for (let i = from; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++
    else if (pattern[i] === wanted) return i
  }
  return -1
}

function parse(pattern: readonly string[]): Step[] {
  const steps: Step[] = []
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] ?? ''
    if (character === '*') {
      const any = pattern[i + 1] === '*'
      if (any) i++
      steps.push({ many: true, accepts: any ? () => true : (other) => other !== '/' })
    } else if (character === '?') steps.push({ many: false, accepts: (other) => other !== '/' })
    else if (character === '[') {
      const close = indexOutside(pattern, ']', i + 1)
      if (close === -1) throw invalid('Invalid glob pattern: a bracket is not closed.')
      steps.push({ many: false, accepts: oneOf(pattern.slice(i + 1, close)) })
      i = close
    } else {
      const literal = character === '\\' ? pattern[++i] : character
      if (literal === undefined) throw invalid('Invalid glob pattern: nothing follows the backslash.')
      steps.push({ many: false, accepts: (other) => other === literal })
    }
  }
  return steps
}

function oneOf(set: readonly string[]): (character: string) => boolean {
  const isNegated = set[0] === '!' || set[0] === '^'
  const ranges: [string, string][] = []
  const members = isNegated ? set.slice(1) : set
  for (let i = 0; i < members.length; i++) {
    const first = members[i] === '\\' ? members[++i] : members[i]
    if (first === undefined) break
    const last = members[i + 1] === '-' ? members[i + 2] : undefined
    if (last !== undefined) i += 2
    ranges.push([first, last ?? first])
  }
  const isIn = (character: string) => ranges.some(([from, to]) => character >= from && character <= to)
  return (character) => character !== '/' && isIn(character) !== isNegated
}

function matches(steps: readonly Step[], name: readonly string[]): boolean {
  // The places in the pattern that the name so far can have led to.
  let places = withSkipped(steps, new Set([0]))
  for (const character of name) {
    const next = new Set<number>()
    for (const place of places) {
      const step = steps[place]
      if (step?.accepts(character)) next.add(step.many ? place : place + 1)
    }
    if (next.size === 0) return false
    places = withSkipped(steps, next)
  }
  return places.has(steps.length)
}

/** A step that takes many characters may take none. */
function withSkipped(steps: readonly Step[], places: Set<number>): Set<number> {
  for (const place of places) if (steps[place]?.many) places.add(place + 1)
  return places
}
