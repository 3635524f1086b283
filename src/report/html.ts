import { createHash } from 'node:crypto'
import { chain } from './html/chain.ts'
import { cost, origin } from './html/cost-and-origin.ts'
import { failures } from './html/failures.ts'
import { overTime } from './html/over-time.ts'
import { overview } from './html/overview.ts'
import { html, trusted } from './html/safe-html.ts'
import { pageScript } from './html/script.ts'
import { stepsTable } from './html/steps-table.ts'
import { pageStyle } from './html/style.ts'
import type { ReportData } from './report-data.ts'
import { verdictOf } from './verdict.ts'

/**
 * Renders a run as one HTML page that needs nothing else: no network, no server, no fonts.
 *
 * Charts are drawn here as SVG, so the page is complete without its script. Every value is escaped; besides, the page's
 * own policy lets no script run but the one it was made with, and lets it load nothing.
 *
 * @example await folder.writeReport('html', renderHtmlReport(data))
 */
export function renderHtmlReport(data: ReportData): string {
  const { summary } = data
  const scriptHash = createHash('sha256').update(pageScript).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${verdictOf(summary).headline} ${summary.run.id}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<main>
${overview(data)}
${overTime(data)}
${stepsTable(summary)}
${failures(summary)}
${chain(summary)}
${cost(data)}
${origin(data)}
</main>
<footer>Durations are wall-clock time; percentiles in tables come from HDR histograms (0.1%), those in charts from coarser ones (4.4%). “From due” counts from when a user was due, “whole flow” from when it really started. The numbers behind this page are in <code>summary.json</code>, <code>timeline.ndjson</code> and <code>flows.ndjson</code> beside it.</footer>
<script>${trusted(pageScript)}</script>
</body>
</html>
`.html
}
