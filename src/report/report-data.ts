import { z } from 'zod'
import type { Environment } from '../results/environment.ts'
import type { StoredRun } from '../results/read-run.ts'
import type { Summary } from '../results/summary-schema.ts'
import { unfinishedRun } from '../results/unfinished-run.ts'
import type { TimelinePoints } from './timeline-point.ts'
import { timelinePoints } from './timeline-points.ts'

/** A configured value of `config.json`. */
export type ConfiguredValue = { key: string; value: string; source: string }

/** The data of a run's report. */
export type ReportData = {
  summary: Summary
  timeline: TimelinePoints
  environment: Environment | null
  config: ConfiguredValue[]
}

const configSchema = z.object({
  values: z.record(z.string(), z.object({ value: z.unknown(), source: z.string() })),
})

/**
 * Reads the data of a report from a run's folder.
 *
 * @throws LoadTestError RUN_UNREADABLE if the run has no summary
 * @example runDocument(await loadReportData(await readRun('results/latest')))
 */
export async function loadReportData(run: StoredRun): Promise<ReportData> {
  if (run.summary === null) throw await unfinishedRun(run, Date.now())
  return {
    summary: run.summary,
    timeline: await timelinePoints(run.timeline(), {
      durationMs: run.summary.run.durationMs,
      flows: run.summary.users.succeeded,
    }),
    environment: run.environment,
    config: configuredValues(run.config),
  }
}

/** Returns the values of a `config.json` in its order; none if it has another form. */
export function configuredValues(config: unknown): ConfiguredValue[] {
  const parsed = configSchema.safeParse(config)
  if (!parsed.success) return []
  return Object.entries(parsed.data.values).map(([key, { value, source }]) => ({
    key,
    value: show(value),
    source,
  }))
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'not set'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(show).join('; ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
