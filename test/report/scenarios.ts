import { configuredValues, type ReportData } from '../../src/report/report-data.ts'
import { timelinePoints } from '../../src/report/timeline-points.ts'
import { healthy, makeRun, overloaded, type Scenario } from './realistic-run.ts'

/** Runs of every kind that a report has to say something sensible about. */
export const scenarios: Record<string, Scenario> = {
  healthy: { ...healthy, users: 300, thresholds: ['success >= 85%', 'flow.p95 < 45s', 'lag.p99 < 20ms'] },
  overloaded: { ...overloaded, users: 400, serverSlots: 10, incident: { fromMs: 40_000, forMs: 15_000 } },
  tiny: { ...healthy, users: 1, thresholds: [], preset: null },
  interrupted: { ...healthy, users: 200, interruptAtMs: 30_000 },
  nobody: { ...healthy, users: 0 },
  'all failed': { ...overloaded, users: 40, failureShare: 1 },
}

/** What a report of a made-up run is made from. */
export async function reportDataOf(scenario: Scenario): Promise<ReportData> {
  const { summary, timeline, environment, config } = makeRun(scenario)
  return {
    summary,
    environment,
    config: configuredValues(config),
    timeline: await timelinePoints(timeline, {
      durationMs: summary.run.durationMs,
      flows: summary.users.succeeded,
    }),
  }
}
