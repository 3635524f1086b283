import type { Summary } from '../../results/summary-schema.ts'
import { endpointTable, endpointWords, transactionTable, type WordTable } from '../chain-tables.ts'
import { formatMs } from '../format-value.ts'
import { html, type SafeHtml } from './safe-html.ts'

/** How transactions came into blocks, and what each RPC endpoint had to do. */
export function chain(summary: Summary): SafeHtml {
  const { clockAheadMs } = summary.transactions
  const clock =
    clockAheadMs !== null &&
    html` This machine's clock was ${formatMs(Math.abs(clockAheadMs))} ${clockAheadMs < 0 ? 'behind' : 'ahead of'} the newest block's at the closest; block times are corrected by it, and have a grain of a second.`
  return html`<section aria-labelledby="chain-title"><h2 id="chain-title">The chain</h2>
<p>A transaction's way: sent, taken by a node (or the relayer), in a block, seen here.${clock}</p>
${wordTable(transactionTable(summary))}
<h3>RPC endpoints</h3>
${wordTable(endpointTable(summary))}
<p>${endpointWords}</p></section>`
}

/** A table of words, its numbers to the right. */
export function wordTable({ head, rows }: WordTable): SafeHtml {
  const headCells = head.map((cell, i) => html`<th scope="col"${i > 0 && html` class="n"`}>${cell}</th>`)
  const cells = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="n">${cell}</td>`))
  return html`<div class="scroll"><table><thead><tr>${headCells}</tr></thead><tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody></table></div>`
}
