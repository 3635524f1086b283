import type { OutcomeKey } from '../results/outcome-counts.ts'

/** The outcomes as people call them, with the colour they have in charts, in the order in which they are shown. */
export const endedWords: readonly { key: OutcomeKey; name: string; color: string }[] = [
  { key: 'succeeded', name: 'succeeded', color: 'succeeded' },
  { key: 'degraded', name: 'degraded', color: 'degraded' },
  { key: 'failed', name: 'failed', color: 'failed' },
  { key: 'timedOut', name: 'timed out', color: 'timed-out' },
  { key: 'aborted', name: 'aborted', color: 'aborted' },
  { key: 'dropped', name: 'never started', color: 'dropped' },
]
