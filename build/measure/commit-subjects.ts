import { execFileSync } from 'node:child_process'

/** Characters that `git log --oneline` shows whole in a terminal of 80 columns. */
export const longestSubject = 72

/**
 * Reads the subjects of commits, the latest first.
 *
 * @returns none outside of a git checkout
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
