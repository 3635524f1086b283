import type { SecretForm } from './url-secrets.ts'

/** Shorter texts cannot be distinguished from ordinary ones and are not redacted. */
export const shortestSecret = 4

/** Length from which truncated secrets are also removed. */
const shortestCut = 16
/** Number of characters by which secrets are found. */
const prefixLength = 8

/** Length up to which secrets are removed only as whole words. */
const longestWord = 7

/** Removes known secrets from texts. */
export type KnownSecrets = {
  add(forms: readonly SecretForm[]): void
  replace(text: string, replacement: string): string
}

type Known = { lower: string; keep: number; isWord: boolean; shortestCut: number }

/**
 * Makes an empty collection of secrets. Case does not matter, and white space matches any other, since a mnemonic may be wrapped.
 * Errors and tables truncate long texts, so the beginning of a long secret is removed like the whole.
 */
export function createKnownSecrets(): KnownSecrets {
  const known = new Map<string, Known>()
  /** Secrets by their first characters, the longest first. */
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
        // A short secret is a shorter prefix and may be the beginning of a longer one.
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

/** Returns the end in a text of a whole or truncated secret that begins at `start`; 0 if there is none. */
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
 * Returns the shortest truncated form to remove: ten characters of a single word, three words of a mnemonic. Others, such as
 * JSON, have the same beginning as harmless texts.
 */
function shortestCutOf(lower: string): number {
  if (lower.length < shortestCut) return Infinity
  if (/^[\w+/=.~-]+$/.test(lower)) return 10
  const [threeWords] = /^[a-z]{3,8} [a-z]{3,8} [a-z]{3,8}(?= )/.exec(lower) ?? []
  return threeWords?.length ?? Infinity
}

/** A prefix with its white space, at the width of the search. */
const widestPrefix = 200

/** Matches a prefix literally, except for white space. */
const toPattern = (prefix: string): string =>
  prefix
    .split(' ')
    .map((word) => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .join('\\s+')
