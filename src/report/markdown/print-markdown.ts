import { seriesOf } from '../document/chart.ts'
import {
  atDepth,
  type ChartsNode,
  type ReportDocument,
  type ReportNode,
  type TableNode,
} from '../document/document.ts'
import { sparkline } from '../document/sparkline.ts'
import { formatCount, formatMeasured } from '../format-value.ts'
import { code, plain, table } from './markdown-text.ts'
import { printInline, toneMarks } from './print-inline.ts'

/** Characters of a chart's line. */
const sparklineWidth = 24

/**
 * Prints a report as Markdown, short enough for a comment on a change or the summary of a CI job. A chart becomes a row with a
 * line of text.
 *
 * @example await writeFile('report.md', printMarkdown(runDocument(data)))
 */
export function printMarkdown({ nodes, footer }: ReportDocument): string {
  const note: ReportNode = { kind: 'paragraph', text: footer.text, depth: footer.depth }
  return `${atDepth([...nodes, note], 'standard')
    .flatMap(printNode)
    .join('\n\n')}\n`
}

/** Prints a node as blocks of Markdown. */
function printNode(node: ReportNode): string[] {
  switch (node.kind) {
    case 'verdict': {
      const facts = node.facts.map(([name, value]) => plain(`${name} ${value}`)).join(', ')
      const heading = `# ${toneMarks[node.tone]} ${plain(node.headline)}`
      return [heading, plain(node.lead), `${code(node.id)}: ${facts}.`]
    }
    case 'figures':
      return [
        node.figures
          .map(({ name, value, note }) => `- **${plain(name)}**: ${plain(value)} (${plain(note)})`)
          .join('\n'),
      ]
    case 'shares':
      return [
        `${plain(node.label)}: ${node.shares.map(({ name, count }) => plain(`${formatCount(count)} ${name}`)).join(', ')}.`,
      ]
    case 'section':
      return [`## ${plain(node.title)}`, ...node.nodes.flatMap(printNode)]
    case 'heading':
      return [`### ${plain(node.text)}`]
    case 'paragraph':
      return [printInline(node.text)]
    case 'list':
      return [node.items.map((item) => `- ${printInline(item)}`).join('\n')]
    case 'findings':
      return [
        node.findings
          .map(({ title, text, hint }) => {
            const advice = hint === null ? '' : ` *${plain(hint)}*`
            return `- **${plain(title)}**: ${plain(text)}${advice}`
          })
          .join('\n'),
      ]
    case 'table':
      return [printTable(node)]
    case 'pairs': {
      const pairs = node.pairs.map(([name, value]) => `${printInline(name)}: ${printInline(value)}`)
      return [`**${plain(node.title)}.** ${pairs.join(' · ')}`]
    }
    case 'charts':
      return [printCharts(node)]
    case 'columns':
      return node.nodes.flatMap(printNode)
    case 'details':
      return [
        `<details><summary>${plain(node.summary)}</summary>`,
        ...node.nodes.flatMap(printNode),
        '</details>',
      ]
  }
}

function printTable({ columns, rows, sums = [] }: TableNode): string {
  const shown = columns.flatMap(({ content }, index) => (content === 'drawn' ? [] : [index]))
  const cells = [...rows, ...sums].map((row) => shown.map((index) => printInline(row[index] ?? '')))
  return table(
    shown.map((index) => plain(columns[index]?.title ?? '')),
    cells,
  )
}

function printCharts({ charts }: ChartsNode): string {
  const rows = charts.flatMap((chart) =>
    seriesOf(chart).map(({ name, values }) => {
      const known = values.filter((value) => value !== null)
      const show = (value: number | undefined) => plain(formatMeasured(value ?? null, chart.unit))
      const range = known.length === 0 ? undefined : [Math.min(...known), Math.max(...known)]
      const line = code(sparkline(values, sparklineWidth))
      return [plain(chart.title), plain(name), line, show(range?.[0]), show(range?.[1])]
    }),
  )
  return table(['Chart', 'Series', 'Over time', 'Lowest', 'Highest'], rows)
}
