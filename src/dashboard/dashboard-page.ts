import { readFileSync } from 'node:fs'
import { renderPage } from '../report/html/page.ts'
import { html } from '../report/html/safe-html.ts'
import { chartScript } from '../report/html/script.ts'
import { liveScript } from './page-script.ts'
import { liveStyle } from './page-style.ts'

let page: string | undefined

/** Returns the live page, which needs only the events of its own server. It is rendered once. */
export function dashboardPage(): string {
  page ??= renderPage({
    title: 'vana-load',
    main: html`<p id="connection" role="status" data-state="opening">connecting</p>
<div id="status"></div>
<div id="now"></div>
<div id="search"></div>
<div id="time"></div>
<div id="details"></div>
<section aria-labelledby="messages-title"><h2 id="messages-title">Messages</h2>
<ol id="messages" role="log"></ol></section>
<noscript><p>This page needs JavaScript. The same data is available <a href="/state.json">as JSON</a> and <a href="/metrics">as metrics</a>.</p></noscript>`,
    footer: html`Percentiles in tables come from HDR histograms (0.1%), those in charts from coarser ones (4.4%). Also available: <a href="/state.json">state.json</a> and <a href="/metrics">metrics</a> for Prometheus.`,
    script: `${readFileSync(new URL('../../generated/live-page.js', import.meta.url), 'utf8')}\n${chartScript}\n${liveScript}`,
    style: liveStyle,
    isLive: true,
  })
  return page
}
