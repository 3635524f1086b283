import { join } from 'node:path'
import { capacityFindings, capacityVerdict } from '../report/capacity/capacity-verdict.ts'
import { findingsOf } from '../report/findings.ts'
import { createLiveTimeline } from '../report/live-timeline.ts'
import { flowLimit } from '../report/run/flow-limit.ts'
import type { TimelinePoint } from '../report/timeline-point.ts'
import { verdictOf } from '../report/verdict.ts'
import type { Capacity } from '../results/capacity-schema.ts'
import { evaluateThresholds } from '../results/evaluate-thresholds.ts'
import { parseThresholds } from '../results/parse-threshold.ts'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import type { Summary } from '../results/summary-schema.ts'
import type { LiveResult, LiveSearchStep, LiveState, LiveWhole } from './live-state.ts'

/** The number of messages to keep. */
const mostNotes = 40

/** Options of a live run. */
export type LiveRunOptions = Pick<LiveState, 'tool' | 'asked'> & {
  thresholds: readonly string[]
  /** Milliseconds, from any origin. */
  now: () => number
}

/** A run or a search for the capacity in progress, as pages and other readers see it. */
export type LiveRun = {
  note(text: string): void
  update(snapshot: RunSnapshot): void
  /** A step of a search begins; the steps are consecutive runs. */
  searchStep(text: string): void
  searchStepEnded(step: LiveSearchStep): void
  /** Ends the run; only the first call counts. */
  end(result: LiveResult): void
  state(): LiveState
  whole(): LiveWhole
  /** Calls back after each change; `isNewRun` if the run changed. Returns a function that unsubscribes. */
  subscribe(listener: (change: { isNewRun: boolean }) => void): () => void
}

/**
 * Creates the live state of a run that is about to begin. It keeps the timeline in bounded memory, so that pages opened later
 * see all of it.
 */
export function createLiveRun({ tool, asked, thresholds: expressions, now }: LiveRunOptions): LiveRun {
  const startedMs = now()
  const { thresholds } = parseThresholds(expressions)
  const limit = flowLimit(expressions) ?? null
  const listeners = new Set<(change: { isNewRun: boolean }) => void>()
  let timeline = createLiveTimeline()
  let state: LiveState = {
    tool,
    asked,
    stage: 'preparing',
    notes: [],
    snapshot: null,
    thresholds: [],
    flowLimit: limit,
    search: null,
    result: null,
  }
  const change = (changes: Partial<LiveState>, isNewRun = false): void => {
    if (state.result !== null) return
    state = { ...state, ...changes }
    for (const listener of listeners) listener({ isNewRun })
  }
  const searched = (): LiveSearchStep[] => state.search?.steps ?? []

  return {
    note(text) {
      change({ notes: [...state.notes, { atMs: now() - startedMs, text }].slice(-mostNotes) })
    },
    update(given) {
      const { notableFlows: _flows, ...snapshot } = given
      const isNewRun = state.snapshot !== null && state.snapshot.run.id !== snapshot.run.id
      if (isNewRun) timeline = createLiveTimeline()
      if (snapshot.lastSecond !== null) timeline.add(snapshot.lastSecond)
      change({ stage: 'running', snapshot, thresholds: evaluateThresholds(thresholds, given) }, isNewRun)
    },
    searchStep: (text) => change({ search: { steps: searched(), now: text } }),
    searchStepEnded: (step) => change({ search: { steps: [...searched(), step], now: null } }),
    end: (result) => change({ stage: 'ended', result }),
    state: () => state,
    whole: () => ({ timeline: timeline.state(), state }),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Returns the result of a run from its summary; with the points of its timeline also what slowed down. */
export function resultOf(
  summary: Summary,
  reportPath: string | null,
  points: readonly TimelinePoint[],
): LiveResult {
  const { exitCode } = summary
  return { ...verdictOf(summary), findings: findingsOf(summary, points), reportPath, exitCode }
}

/** Returns the result of a search for the capacity. */
export function resultOfSearch(capacity: Capacity, path: string): LiveResult {
  return {
    ...capacityVerdict(capacity),
    findings: capacityFindings(capacity),
    reportPath: join(path, 'capacity.html'),
    exitCode: capacity.exitCode,
  }
}
