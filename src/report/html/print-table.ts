import type { Column, Row, TableNode } from '../document/document.ts'
import { printInline } from './print-inline.ts'
import { html, type SafeHtml } from './safe-html.ts'

/** Prints a table as HTML, its numbers to the right, with a scroll bar where it is too wide. */
export function printTable({ layout = 'plain', columns, rows, sums = [] }: TableNode): SafeHtml {
  const heads = columns.map((column) => html`<th scope="col"${classOf(column)}>${column.title}</th>`)
  const body = (some: readonly Row[]) => some.map((row) => html`<tr>${cells(row, columns)}</tr>`)
  return html`<div class="scroll"><table${layout !== 'plain' && html` class="${layout}"`}><thead><tr>${heads}</tr></thead>
<tbody>${body(rows)}</tbody>${sums.length > 0 && html`\n<tbody class="sums">${body(sums)}</tbody>`}</table></div>`
}

function cells(row: Row, columns: readonly Column[]): SafeHtml[] {
  return columns.map((column, index) => {
    const cell = printInline(row[index] ?? '')
    if (index === 0) return html`<th scope="row"${classOf(column)}>${cell}</th>`
    const label = column.label !== undefined && html` data-label="${column.label}"`
    return html`<td${classOf(column)}${label}>${cell}</td>`
  })
}

function classOf({ align, content }: Column): SafeHtml | false {
  if (content === 'prose') return html` class="text"`
  if (content === 'drawn') return html` class="wide"`
  return align === 'end' && html` class="n"`
}
