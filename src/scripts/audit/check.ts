/** Whether a claim of a run is true on chain; `unchecked` means unknown, and `noted` is not a claim. */
export type AuditVerdict = 'holds' | 'broken' | 'unchecked' | 'noted'

/** One claim of a run, and what the chain says of it. */
export type AuditCheck = {
  claim: string
  verdict: AuditVerdict
  detail: string
  /** Where it is broken, a few of many. */
  examples: string[]
}

/** How many places a broken claim names. */
const mostExamples = 5

/**
 * Makes a check of many single cases: it holds when nothing is wrong with any of them.
 *
 * @param wrong what is wrong with each that is
 * @example checkOf('every succeeded flow is on chain', '60 flows', [])
 */
export function checkOf(claim: string, detail: string, wrong: readonly string[]): AuditCheck {
  if (wrong.length === 0) return { claim, verdict: 'holds', detail, examples: [] }
  const more = wrong.length > mostExamples ? [`and ${wrong.length - mostExamples} more`] : []
  return {
    claim,
    verdict: 'broken',
    detail: `${detail}; ${wrong.length} of them not`,
    examples: [...wrong.slice(0, mostExamples), ...more],
  }
}

/** Something that could not be checked, and why. */
export const unchecked = (claim: string, detail: string): AuditCheck => ({
  claim,
  verdict: 'unchecked',
  detail,
  examples: [],
})
