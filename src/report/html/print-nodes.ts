import type { ChartsNode, ReportNode, SectionNode } from '../document/document.ts'
import { chartGroups } from '../document/document.ts'
import { drawChart } from './chart.ts'
import { chartData } from './chart-data.ts'
import { figures, findings, list, pairs, shares, verdict } from './print-blocks.ts'
import { printInline } from './print-inline.ts'
import { printTable } from './print-table.ts'
import { html, type SafeHtml } from './safe-html.ts'

/** Prints nodes as HTML, followed by the data that the script of the charts reads. */
export function printNodes(nodes: readonly ReportNode[]): SafeHtml {
  const groups = chartGroups(nodes)
  return html`${print(nodes)}${groups.length > 0 && chartData(groups)}`
}

function print(nodes: readonly ReportNode[]): SafeHtml {
  return html`${nodes.map((node) => html`${printNode(node)}\n`)}`
}

function printNode(node: ReportNode): SafeHtml {
  switch (node.kind) {
    case 'verdict':
      return verdict(node)
    case 'figures':
      return figures(node)
    case 'shares':
      return shares(node)
    case 'section':
      return section(node)
    case 'heading':
      return html`<h3>${node.text}</h3>`
    case 'paragraph':
      return html`<p>${printInline(node.text)}</p>`
    case 'list':
      return list(node)
    case 'findings':
      return findings(node)
    case 'table':
      return printTable(node)
    case 'pairs':
      return pairs(node)
    case 'charts':
      return charts(node)
    case 'columns':
      return html`<div class="${node.layout === 'even' ? 'columns' : 'split'}">${print(node.nodes)}</div>`
    case 'details':
      return html`<details><summary>${node.summary}</summary>\n${print(node.nodes)}</details>`
  }
}

function section({ id, title, nodes }: SectionNode): SafeHtml {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>\n${print(nodes)}</section>`
}

function charts({ axis, layout, charts }: ChartsNode): SafeHtml {
  const drawn = html`${charts.map((chart) => drawChart(chart, axis))}`
  return layout === 'pair' ? html`<div class="pair">${drawn}</div>` : drawn
}
