import type { OutcomeKey } from '../results/outcome-counts.ts'

/** Outcomes in the order of display, with their names and their colors in charts. */
export const shownOutcomes: readonly { key: OutcomeKey; name: string; color: string }[] = [
  { key: 'succeeded', name: 'succeeded', color: 'succeeded' },
  { key: 'degraded', name: 'degraded', color: 'degraded' },
  { key: 'failed', name: 'failed', color: 'failed' },
  { key: 'timedOut', name: 'timed out', color: 'timed-out' },
  { key: 'aborted', name: 'aborted', color: 'aborted' },
  { key: 'dropped', name: 'never started', color: 'dropped' },
]
