import { execFileSync } from 'node:child_process'

/** Longest subject that `git log --oneline` shows completely in a terminal of 80 columns. */
export const longestSubject = 72

/**
 * Reads the subjects of commits, the latest first.
 *
 * @returns an empty list outside a git checkout
 */
export function commitSubjects(): string[] {
  try {
    return execFileSync('git', ['log', '--format=%s'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split('\n')
  } catch {
    return []
  }
}
