import { flowLimit } from './flow-limit.ts'
import { chain } from './html/chain.ts'
import { cost, origin } from './html/cost-and-origin.ts'
import { failures } from './html/failures.ts'
import { overTime } from './html/over-time.ts'
import { overview } from './html/overview.ts'
import { renderPage } from './html/page.ts'
import { html } from './html/safe-html.ts'
import { pageScript } from './html/script.ts'
import { stepsTable } from './html/steps-table.ts'
import type { ReportData } from './report-data.ts'
import { verdictOf } from './verdict.ts'

/**
 * Renders a run as one HTML page that needs nothing else. Charts are drawn here as SVG, so the page is complete without its
 * script, and every value is escaped.
 *
 * @example await folder.writeReport('html', renderHtmlReport(data))
 */
export function renderHtmlReport(data: ReportData): string {
  const { summary } = data
  const limit = flowLimit(summary.thresholds.map(({ expression }) => expression))
  return renderPage({
    title: `${verdictOf(summary).headline} ${summary.run.id}`,
    main: html`${overview(data)}
${overTime({ ...summary, durationMs: summary.run.durationMs, limit }, data.timeline)}
${stepsTable(summary)}
${failures(summary)}
${chain(summary)}
${cost(data)}
${origin(data)}`,
    footer: html`Durations are wall-clock time; percentiles in tables come from HDR histograms (0.1%), those in charts from coarser ones (4.4%). “From due” counts from when a user was due, “whole flow” from when it really started. The numbers behind this page are in <code>summary.json</code>, <code>timeline.ndjson</code> and <code>flows.ndjson</code> beside it.`,
    script: pageScript,
  })
}
