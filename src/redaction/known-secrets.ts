import type { SecretForm } from './url-secrets.ts'

/** Shorter texts cannot be distinguished from ordinary ones and are not redacted. */
export const shortestSecret = 4

/** Secrets from this length on are also taken out where they were cut. */
const shortestCut = 16
/** The first characters by which secrets are found. */
const prefixLength = 8

/** Secrets up to this length are taken out where they stand alone, not within a word. */
const longestWord = 7

/** Takes known texts out of others. */
export type KnownSecrets = {
  add(forms: readonly SecretForm[]): void
  replace(text: string, replacement: string): string
}

type Known = { lower: string; keep: number; isWord: boolean; shortestCut: number }

/**
 * Makes an empty collection of texts to take out. Case does not matter, and white space in a text matches any other: a mnemonic
 * may be wrapped. Errors and tables cut long texts, so the beginning of a long secret is taken out like the whole.
 */
export function createKnownSecrets(): KnownSecrets {
  const known = new Map<string, Known>()
  /** By their first characters, the longest first. */
  let byPrefix = new Map<string, Known[]>()
  let prefixes: RegExp | null = null

  const index = (): void => {
    byPrefix = new Map()
    for (const secret of [...known.values()].sort((a, b) => b.lower.length - a.lower.length)) {
      const prefix = secret.lower.slice(0, prefixLength)
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), secret])
    }
    const longestFirst = [...byPrefix.keys()].sort((a, b) => b.length - a.length)
    prefixes = byPrefix.size === 0 ? null : new RegExp(longestFirst.map(toPattern).join('|'), 'gi')
  }

  return {
    add(forms) {
      for (const { text: given, keep = 0 } of forms) {
        const lower = given.replace(/\s+/g, ' ').trim().toLowerCase()
        if (lower.length - keep < shortestSecret || known.has(lower)) continue
        const isWord = lower.length <= longestWord && /^\w+$/.test(lower)
        known.set(lower, { lower, keep, isWord, shortestCut: keep === 0 ? shortestCutOf(lower) : Infinity })
      }
      index()
    },
    replace(text, replacement) {
      if (prefixes === null) return text
      let result = ''
      let done = 0
      prefixes.lastIndex = 0
      for (let match = prefixes.exec(text); match !== null; match = prefixes.exec(text)) {
        const { index: start } = match
        let end = 0
        let kept = 0
        const window = text
          .slice(start, start + widestPrefix)
          .replace(/\s+/g, ' ')
          .toLowerCase()
        // Short secrets are shorter prefixes, and may be the beginning of a longer one.
        for (let length = prefixLength; length >= shortestSecret; length--) {
          for (const secret of byPrefix.get(window.slice(0, length)) ?? []) {
            const reach = reachOf(secret, text, start)
            if (reach > end) [end, kept] = [reach, secret.keep]
          }
        }
        if (end === 0) {
          prefixes.lastIndex = start + 1
          continue
        }
        result += text.slice(done, start + kept) + replacement
        done = end
        prefixes.lastIndex = end
      }
      return done === 0 ? text : result + text.slice(done)
    },
  }
}

/** Where a secret that begins at `start` ends in a text, whole or cut; 0 when it is not there. */
function reachOf({ lower, isWord, shortestCut: shortest }: Known, text: string, start: number): number {
  let at = start
  let matched = 0
  while (matched < lower.length && at < text.length) {
    const character = text.charAt(at).toLowerCase()
    if (lower.charAt(matched) === ' ' && /\s/.test(character)) {
      while (at < text.length && /\s/.test(text.charAt(at))) at++
    } else if (character === lower.charAt(matched)) at++
    else break
    matched++
  }
  if (matched < lower.length) return matched >= shortest ? at : 0
  if (isWord && (/\w/.test(text.charAt(start - 1)) || /\w/.test(text.charAt(at)))) return 0
  return at
}

/**
 * How much of a secret may be left for it to be taken out: of one piece, ten characters; of a mnemonic, three words. Others, such
 * as JSON, begin as harmless texts do.
 */
function shortestCutOf(lower: string): number {
  if (lower.length < shortestCut) return Infinity
  if (/^[\w+/=.~-]+$/.test(lower)) return 10
  const [threeWords] = /^[a-z]{3,8} [a-z]{3,8} [a-z]{3,8}(?= )/.exec(lower) ?? []
  return threeWords?.length ?? Infinity
}

/** A prefix with its white space, as wide as a text is searched for it. */
const widestPrefix = 200

/** Matches a prefix literally, but for white space. */
const toPattern = (prefix: string): string =>
  prefix
    .split(' ')
    .map((word) => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .join('\\s+')
