import { chartGroups, type ReportDocument } from '../document/document.ts'
import { renderPage } from './page.ts'
import { printInline } from './print-inline.ts'
import { printNodes } from './print-nodes.ts'
import { chartScript } from './script.ts'

/**
 * Prints a report as one self-contained HTML page. Charts are SVG, so that the page is complete without its script, and every
 * value is escaped.
 *
 * @example await writeFile('report.html', printHtml(runDocument(data)))
 */
export function printHtml({ title, nodes, footer }: ReportDocument): string {
  return renderPage({
    title,
    main: printNodes(nodes),
    footer: printInline(footer.text),
    script: chartGroups(nodes).length > 0 ? chartScript : undefined,
  })
}
