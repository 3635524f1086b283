import type { NotableFlow } from '../../results/measurements-schema.ts'
import { sumOutcomes } from '../../results/outcome-counts.ts'
import type { Summary } from '../../results/summary-schema.ts'
import type { Column, ReportNode, Row } from '../document/document.ts'
import { code, type Inline, lineBreak, small } from '../document/inline.ts'
import { formatClock, formatCount, formatMs, formatShare, nothing } from '../format-value.ts'

/** Errors with what to do about them, users that never started, and flows worth a look. */
export function failureSections(summary: Summary): ReportNode[] {
  const { slowest, unsuccessful } = summary.notableFlows
  return [
    ...errorSection(summary),
    ...droppedSection(summary),
    ...flowSection({ id: 'slowest', title: 'Slowest successful flows', stepTitle: 'Longest step' }, slowest),
    ...flowSection(
      { id: 'unsuccessful', title: 'Some unsuccessful flows', stepTitle: 'Step', hasReason: true },
      unsuccessful,
    ),
  ]
}

/** Every class of error with an example and a hint; nothing without errors. */
export function errorSection({ errors, users }: Pick<Summary, 'errors' | 'users'>): ReportNode[] {
  if (errors.length === 0) return []
  const ended = Math.max(1, sumOutcomes(users))
  const rows = errors.map((error): Row => {
    const advice: Inline = error.hint === '' ? '' : [lineBreak, { mark: 'hint', text: error.hint }]
    return [
      [code(error.code), error.retriable ? [lineBreak, small('a retry may help')] : ''],
      error.step ?? nothing,
      formatCount(error.count),
      formatShare(error.count / ended),
      formatClock(error.firstMs),
      formatClock(error.lastMs),
      [error.example, ' ', small(`flow ${error.exampleFlow}`), advice],
    ]
  })
  const columns: Column[] = [
    { title: 'Code' },
    { title: 'Step' },
    { title: 'Flows', align: 'end' },
    { title: 'Share', align: 'end' },
    { title: 'First', align: 'end', label: 'first' },
    { title: 'Last', align: 'end', label: 'last' },
    { title: 'Example and hint', content: 'prose' },
  ]
  const table: ReportNode = { kind: 'table', layout: 'errors', columns, rows }
  return [{ kind: 'section', id: 'errors-title', title: 'Errors', depth: 'standard', nodes: [table] }]
}

function droppedSection({ outcomeReasons }: Summary): ReportNode[] {
  const reasons = Object.entries(outcomeReasons.dropped ?? {})
  if (reasons.length === 0) return []
  const items = reasons.map(([reason, count]) => `${formatCount(count)}: ${reason}`)
  return [
    {
      kind: 'section',
      id: 'dropped-title',
      title: 'Users that never started',
      depth: 'standard',
      nodes: [{ kind: 'list', items }],
    },
  ]
}

function flowSection(
  section: { id: string; title: string; stepTitle: string; hasReason?: boolean | undefined },
  flows: readonly NotableFlow[],
): ReportNode[] {
  if (flows.length === 0) return []
  const { id, title, stepTitle, hasReason = false } = section
  const reasonColumn: Column[] = hasReason ? [{ title: 'Reason' }] : []
  const columns: Column[] = [
    { title: 'Flow', align: 'end' },
    ...reasonColumn,
    { title: 'Due at', align: 'end' },
    { title: 'Duration', align: 'end' },
    { title: stepTitle },
    { title: 'Wallet' },
    { title: 'Transaction' },
  ]
  const rows = flows.map((flow): Row => {
    const reason = hasReason ? [flow.code ?? flow.message ?? flow.outcome] : []
    const step: Inline = flow.step === null ? nothing : [flow.step, ' ', small(formatMs(flow.stepMs))]
    return [
      String(flow.index),
      ...reason,
      formatClock(flow.dueMs),
      formatMs(flow.durationMs),
      step,
      hex(flow.wallet),
      hex(flow.txHash),
    ]
  })
  const table: ReportNode = { kind: 'table', layout: 'flows', columns, rows }
  return [{ kind: 'section', id, title, depth: 'full', nodes: [table] }]
}

const hex = (text: string | null): Inline => (text === null ? nothing : { mark: 'hex', text })
