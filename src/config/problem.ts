import { LoadTestError } from '../errors/load-test-error.ts'
import { describeSource, type Source } from './source.ts'

/** Something wrong with the configuration. */
export type Problem = {
  /** The key, flag or variable it is about. */
  key: string
  source?: Source | undefined
  /** What was found, free of secrets; or the whole complaint when nothing is `allowed` instead. */
  found: string
  /** What is allowed instead. */
  allowed?: string | undefined
  /** What was probably meant. */
  suggestion?: string | undefined
}

/**
 * Writes a problem on one line.
 *
 * @example describeProblem({ key: 'users', found: "'x'", allowed: 'a whole number' }) // "users: found 'x'; allowed: a whole number"
 */
export function describeProblem({ key, source, found, allowed, suggestion }: Problem): string {
  const place = source ? ` (${describeSource(source)})` : ''
  const complaint = allowed === undefined ? found : `found ${found}; allowed: ${allowed}`
  return `${key}${place}: ${complaint}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`
}

/**
 * Reports all problems at once.
 *
 * @throws LoadTestError CONFIG_INVALID with one line a problem, when there is any
 */
export function throwProblems(problems: readonly Problem[], hint?: string): void {
  if (problems.length === 0) return
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  const lines = problems.map((problem) => `  - ${describeProblem(problem)}`)
  throw new LoadTestError('CONFIG_INVALID', `The configuration has ${count}:\n${lines.join('\n')}`, {
    details: { problems: problems.map(({ key }) => key) },
    hint,
  })
}

/**
 * Shows a raw value in a message, cut when it is long.
 *
 * @example quote('sixty') // "'sixty'"
 */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
