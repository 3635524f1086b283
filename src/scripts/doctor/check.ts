import { linkedSignal } from '../../async/linked-signal.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'

/** How a check came out. */
export type Verdict = 'ok' | 'warning' | 'failed' | 'skipped'

/** What a check found. */
export type Finding = {
  name: string
  verdict: Verdict
  /** One line for people. */
  detail: string
  /** What to do about it. */
  hint: string | null
  durationMs: number
}

/** What a check that does not throw says. */
export type Observation = {
  verdict?: Exclude<Verdict, 'failed'> | undefined
  detail: string
  hint?: string | undefined
}

/** One thing to look at; it throws when it is not as it has to be. */
export type Check = {
  name: string
  look(signal: AbortSignal): Promise<Observation>
}

/**
 * Looks at one thing after another; a failure of the first makes the rest of the list pointless.
 *
 * @param timeoutMs time for each check
 * @throws the signal's reason
 */
export async function runChecks(
  [first, ...rest]: readonly Check[],
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<Finding[]> {
  if (first === undefined) return []
  const finding = await runCheck(first, options)
  if (finding.verdict !== 'failed') {
    return [finding, ...(await Promise.all(rest.map((check) => runCheck(check, options))))]
  }
  const skipped = rest.map(
    ({ name }): Finding => ({
      name,
      verdict: 'skipped',
      detail: `not looked at, because "${first.name}" failed`,
      hint: null,
      durationMs: 0,
    }),
  )
  return [finding, ...skipped]
}

async function runCheck(
  { name, look }: Check,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<Finding> {
  const limit = linkedSignal(
    signal,
    timeoutMs,
    () => new LoadTestError('TARGET_NOT_READY', `No answer within ${timeoutMs} ms.`),
  )
  const startedMs = performance.now()
  const durationMs = (): number => Math.round(performance.now() - startedMs)
  try {
    const { verdict = 'ok', detail, hint = null } = await look(limit.signal)
    return { name, verdict, detail, hint, durationMs: durationMs() }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    const cause = limit.signal.aborted ? limit.signal.reason : error
    const hint = cause instanceof LoadTestError ? cause.hint : null
    const detail = cause instanceof Error ? cause.message : String(cause)
    return { name, verdict: 'failed', detail, hint, durationMs: durationMs() }
  } finally {
    limit.dispose()
  }
}
