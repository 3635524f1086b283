import type { ReportNode } from '../../report/document/document.ts'
import { overTime } from '../../report/run/over-time.ts'
import type { TimelinePoints } from '../../report/timeline-point.ts'
import type { LiveState } from '../live-state.ts'

/** The charts of the report for the run so far. */
export function time({ snapshot, flowLimit }: LiveState, timeline: TimelinePoints): ReportNode[] {
  if (snapshot === null) return []
  const { errors, users, components, elapsedMs } = snapshot
  return overTime(
    { errors, users, components, durationMs: elapsedMs, limit: flowLimit ?? undefined },
    timeline,
  )
}
