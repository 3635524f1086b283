import type { ReportNode, Row } from '../../report/document/document.ts'
import { badge } from '../../report/document/inline.ts'
import type { LiveState } from '../live-state.ts'

/** The rates that a search for the capacity has measured, and the current one; nothing for a single run. */
export function search({ search }: LiveState): ReportNode[] {
  if (search === null) return []
  const { steps, now } = search
  const rows = steps.map(
    ({ held, text }, index): Row => [
      String(index + 1),
      badge(held ? 'holds' : 'breaks', held ? 'good' : 'bad'),
      text,
    ],
  )
  if (now !== null) rows.push([String(steps.length + 1), badge('running', 'plain'), now])
  const table: ReportNode = {
    kind: 'table',
    columns: [{ title: 'Step', align: 'end' }, { title: 'Verdict' }, { title: 'Measured', content: 'prose' }],
    rows,
  }
  return [{ kind: 'section', id: 'search-title', title: 'Rates so far', nodes: [table] }]
}
