import type { Finding } from '../report/findings.ts'
import type { Limit } from '../report/flow-limit.ts'
import type { LiveTimelineState } from '../report/live-timeline.ts'
import type { Tone } from '../report/verdict.ts'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import type { ThresholdResult } from '../results/summary-schema.ts'

/** How something that was watched came out. */
export type LiveResult = {
  tone: Tone
  headline: string
  lead: string
  findings: Finding[]
  /** Where the report is, on the machine of the run; `null` when there is none. */
  reportPath: string | null
  exitCode: number | null
}

/** One rate that a search for the capacity has measured. */
export type LiveSearchStep = { held: boolean; text: string }

/** Where things stand, as the page shows it; plain JSON, the whole of it in every event. */
export type LiveState = {
  tool: { name: string; version: string }
  /** What was asked for, before there is a run. */
  asked: { preset: string | null; target: string; seed: string; users: number }
  /** Before the first user, while users come and end, and when nothing more will come. */
  stage: 'preparing' | 'running' | 'ended'
  /** The last messages, with the milliseconds since the page was there. */
  notes: { atMs: number; text: string }[]
  /** `null` before the first user. Its `lastSecond` is what is new on the timeline. */
  snapshot: Omit<RunSnapshot, 'notableFlows'> | null
  /** The thresholds as they stand. */
  thresholds: ThresholdResult[]
  /** What was set on the latency of flows. */
  flowLimit: Limit | null
  /** The steps so far of a search for the capacity, and what it measures now; `null` when it is a single run. */
  search: { steps: LiveSearchStep[]; now: string | null } | null
  /** `null` before the end. */
  result: LiveResult | null
}

/** What a page is told first, and again when it could not keep up. */
export type LiveWhole = { timeline: LiveTimelineState; state: LiveState }
