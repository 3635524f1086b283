import { type Chart, seriesOf } from '../document/chart.ts'
import {
  atDepth,
  type Pair,
  type ReportDocument,
  type ReportNode,
  type VerdictNode,
} from '../document/document.ts'
import type { Inline } from '../document/inline.ts'
import { sparkline } from '../document/sparkline.ts'
import type { Finding } from '../finding.ts'
import { formatCount, formatMeasured } from '../format-value.ts'
import { type Colors, padEnd, printable, visibleLength, wrap } from '../terminal-text.ts'
import { paint, printInline, toneMarks } from './print-inline.ts'
import { printTable } from './print-table.ts'

/** Longer lines of prose are hard to read. */
const mostProseColumns = 84
/** Narrower than this, nothing fits. */
const leastColumns = 40
/** Where the text of a finding or the value of a pair begins. */
const indent = 24

/** The terminal to print for. */
export type TerminalSize = { columns: number; colors: Colors }

/**
 * Prints the essential nodes of a report for a terminal: prose wrapped, tables cut to the width, charts as lines of text.
 *
 * @example printTerminal(runDocument(data), { columns: 80, colors })
 */
export function printTerminal({ nodes, footer }: ReportDocument, { columns, colors }: TerminalSize): string {
  const width = Math.max(leastColumns, columns - 1)
  const note: ReportNode = { kind: 'paragraph', text: { mark: 'small', text: plainText(footer.text) } }
  const printer = new TerminalPrinter(width, colors)
  const shown = atDepth([...nodes, { ...note, depth: footer.depth }], 'essential')
  return `${shown.map((node) => printer.print(node).join('\n')).join('\n\n')}\n`
}

/** Prints nodes at one width. Every line is indented by two columns, except the one with the verdict. */
class TerminalPrinter {
  readonly #width: number
  readonly #proseWidth: number
  readonly #colors: Colors

  constructor(width: number, colors: Colors) {
    this.#width = width
    this.#proseWidth = Math.min(width, mostProseColumns)
    this.#colors = colors
  }

  print(node: ReportNode): string[] {
    switch (node.kind) {
      case 'verdict':
        return this.#verdict(node)
      case 'figures':
        return node.figures.map(({ name, value, note }) =>
          this.#labelled(printable(name), `${value} (${note})`).join('\n'),
        )
      case 'shares':
        return this.#prose(node.shares.map(({ name, count }) => `${formatCount(count)} ${name}`).join(', '))
      case 'section':
        return [`  ${this.#colors.bold(printable(node.title))}`, ...this.#all(node.nodes)]
      case 'heading':
        return [`  ${printable(node.text)}`]
      case 'paragraph':
        return this.#prose(node.text)
      case 'list':
        return node.items.flatMap((item) => this.#prose(['· ', item]))
      case 'findings':
        return node.findings.flatMap((finding) => this.#finding(finding))
      case 'table':
        return printTable(node, this.#width - 2, this.#colors).map((line) => `  ${line}`.trimEnd())
      case 'pairs':
        return node.pairs.flatMap((pair) => this.#pair(pair))
      case 'charts':
        return node.charts.flatMap((chart) => this.#chart(chart))
      case 'columns':
        return this.#all(node.nodes)
      case 'details':
        return [`  ${printable(node.summary)}`, ...this.#all(node.nodes)]
    }
  }

  #all(nodes: readonly ReportNode[]): string[] {
    return nodes.flatMap((node) => this.print(node))
  }

  #verdict({ tone, id, headline, lead }: VerdictNode): string[] {
    const colors = this.#colors
    const [first = '', ...rest] = wrap(printable(headline), this.#proseWidth - 2)
    return [
      ...wrap(printable(id), this.#width - 2).map((line) => `  ${colors.dim(line)}`),
      `${paint(toneMarks[tone], tone, colors)} ${colors.bold(first)}`,
      ...rest.map((line) => `  ${colors.bold(line)}`),
      ...this.#prose(lead),
    ]
  }

  #finding({ title, tone, text, hint }: Finding): string[] {
    const advice = hint === null ? [] : wrap(`→ ${printable(hint)}`, this.#proseWidth - indent)
    return [
      ...this.#labelled(paint(printable(title), tone, this.#colors), text),
      ...advice.map((line) => ' '.repeat(indent) + this.#colors.dim(line)),
    ]
  }

  #chart(chart: Chart): string[] {
    const { title, unit } = chart
    const width = this.#proseWidth - indent - 10
    const lines = seriesOf(chart).map(({ name, values }) => {
      const highest = Math.max(0, ...values.map((value) => value ?? 0))
      return `  ${padEnd(printable(name), indent - 2)}${sparkline(values, width)} ${formatMeasured(highest, unit)}`
    })
    return [`  ${printable(title)}`, ...lines]
  }

  /** A name and its value. A value of one long word, such as a path, stays whole below its name, so that it can be copied. */
  #pair([name, value]: Pair): string[] {
    const label = printInline(name, this.#colors)
    const shown = printInline(value, this.#colors)
    const fits = shown.includes(' ') || visibleLength(shown) <= this.#proseWidth - indent
    return fits ? this.#labelled(label, value) : [`  ${label}`, `  ${shown}`]
  }

  /** A label and a text beside it, wrapped; a long label has a line of its own. */
  #labelled(label: string, text: Inline): string[] {
    const isLong = visibleLength(label) > indent - 3
    const lines = wrap(printInline(text, this.#colors), this.#proseWidth - indent).map(
      (line, index) => `  ${padEnd(index === 0 && !isLong ? label : '', indent - 2)}${line}`,
    )
    return isLong ? [`  ${label}`, ...lines] : lines
  }

  #prose(text: Inline): string[] {
    return wrap(printInline(text, this.#colors), this.#proseWidth - 2).map((line) => `  ${line}`)
  }
}

function plainText(text: Inline): string {
  if (typeof text === 'string') return text
  if ('mark' in text) return 'text' in text ? text.text : ''
  return text.map(plainText).join('')
}
