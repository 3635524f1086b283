import type { Problem } from '../../config/problem.ts'
import { suggest } from '../../config/suggest.ts'
import { errorCatalog } from '../../errors/catalog.ts'
import { findMetric, metricNames } from '../threshold-metrics.ts'

/**
 * Parses tolerances such as `flow.p95=20%`. The path of a metric in `summary.json`, such as `latencyMs.flow.p95`, also works.
 *
 * @example readTolerances(['latencyMs.flow.p95=20%']).tolerances // { 'flow.p95': 0.2 }
 */
export function readTolerances(texts: readonly string[]): {
  tolerances: Record<string, number>
  problems: Problem[]
} {
  const tolerances: Record<string, number> = {}
  const problems: Problem[] = []
  for (const text of texts) {
    const [, given = '', digits] = /^\s*([\w.]+)\s*=\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text) ?? []
    const name = metricNameOf(given)
    const share = Number(digits) / 100
    if (digits === undefined || share <= 0) {
      problems.push({
        key: '--tolerance',
        found: `'${text}'`,
        allowed: 'a metric and a share, such as flow.p95=20%',
      })
    } else if (findMetric(name, (code) => Object.hasOwn(errorCatalog, code)) === null) {
      const found = `there is no metric '${given}'`
      problems.push({ key: '--tolerance', found, suggestion: suggest(name, metricNames) })
    } else tolerances[name] = share
  }
  return { tolerances, problems }
}

/** Converts a path in `summary.json` to the name of the metric in thresholds. */
function metricNameOf(name: string): string {
  return name
    .replace(/^latencyMs\.steps\./, 'step.')
    .replace(/^latencyMs\.groups\./, 'group.')
    .replace(/^latencyMs\./, '')
    .replace(/^throughput\./, '')
    .replace(/^users\./, '')
    .replace(/^arrivals\.lagMs\./, 'lag.')
}
