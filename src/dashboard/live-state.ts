import type { Limit } from '../report/document/chart.ts'
import type { Finding, Tone } from '../report/finding.ts'
import type { LiveTimelineState } from '../report/live-timeline.ts'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import type { ThresholdResult } from '../results/summary-schema.ts'

/** The result of a run or a search. */
export type LiveResult = {
  tone: Tone
  headline: string
  lead: string
  findings: Finding[]
  /** Path of the report on the machine of the run; `null` if there is none. */
  reportPath: string | null
  exitCode: number | null
}

/** A rate that a search for the capacity has measured. */
export type LiveSearchStep = { held: boolean; text: string }

/** The state that the page shows; plain JSON, complete in every event. */
export type LiveState = {
  tool: { name: string; version: string }
  /** The requested load, known before the run starts. */
  asked: { preset: string | null; target: string; seed: string; users: number }
  /** Before the first user, while users are in flight, and after the end. */
  stage: 'preparing' | 'running' | 'ended'
  /** The latest messages, with milliseconds since the page started. */
  notes: { atMs: number; text: string }[]
  /** `null` before the first user. Its `lastSecond` is the newest line of the timeline. */
  snapshot: Omit<RunSnapshot, 'notableFlows'> | null
  /** The thresholds so far. */
  thresholds: ThresholdResult[]
  /** The limit on the latency of flows. */
  flowLimit: Limit | null
  /** The steps of a search for the capacity so far, and the current one; `null` for a single run. */
  search: { steps: LiveSearchStep[]; now: string | null } | null
  /** `null` before the end. */
  result: LiveResult | null
}

/** What a page receives first, and again after it fell behind. */
export type LiveWhole = { timeline: LiveTimelineState; state: LiveState }
