import { overTime } from '../../report/html/over-time.ts'
import { html, type SafeHtml } from '../../report/html/safe-html.ts'
import type { TimelinePoints } from '../../report/timeline-points.ts'
import type { LiveState } from '../live-state.ts'

/** The charts of the report, of the run so far. */
export function time({ snapshot, flowLimit }: LiveState, timeline: TimelinePoints): SafeHtml {
  if (snapshot === null) return html``
  const { errors, users, components, elapsedMs } = snapshot
  return overTime(
    { errors, users, components, durationMs: elapsedMs, limit: flowLimit ?? undefined },
    timeline,
  )
}
