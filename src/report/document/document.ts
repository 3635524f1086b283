import type { Finding, Tone } from '../finding.ts'
import type { Chart, TimeAxis } from './chart.ts'
import type { Inline } from './inline.ts'

/**
 * A report as a tree of nodes, built once per subject (a run, a search for the capacity, a comparison, a baseline) and printed
 * as HTML, as Markdown or for a terminal. It is plain data: no markup, no functions.
 */
export type ReportDocument = {
  /** Title of the browser tab. */
  title: string
  nodes: readonly ReportNode[]
  /** How the figures were made. */
  footer: { text: Inline; depth?: Depth | undefined }
}

/**
 * How much of a reader's time a node is worth: `essential` goes everywhere, `standard` to Markdown and HTML, `full` to HTML only.
 * A node without a depth is essential, but only as visible as the section around it.
 */
export type Depth = 'essential' | 'standard' | 'full'

/** A part of a report. */
export type ReportNode = (
  | VerdictNode
  | FiguresNode
  | SharesNode
  | SectionNode
  | HeadingNode
  | ParagraphNode
  | ListNode
  | FindingsNode
  | TableNode
  | PairsNode
  | ChartsNode
  | ColumnsNode
  | DetailsNode
) & { depth?: Depth | undefined }

/** A name with its value. */
export type Pair = readonly [name: Inline, value: Inline]

/** What the report is about, and its conclusion. */
export type VerdictNode = {
  kind: 'verdict'
  tone: Tone
  tool: { name: string; version: string }
  id: string
  headline: string
  lead: string
  facts: readonly (readonly [name: string, value: string])[]
}

/** The key figures, each with a note. */
export type FiguresNode = {
  kind: 'figures'
  figures: readonly { name: string; value: string; note: string }[]
}

/** Parts of a whole: counts with their names and CSS colors. */
export type SharesNode = {
  kind: 'shares'
  label: string
  shares: readonly { name: string; count: number; color: string }[]
}

/** Nodes under a title. It is left out where all of its nodes are. */
export type SectionNode = { kind: 'section'; id: string; title: string; nodes: readonly ReportNode[] }

/** A title below that of a section. */
export type HeadingNode = { kind: 'heading'; text: string }

export type ParagraphNode = { kind: 'paragraph'; text: Inline }

export type ListNode = { kind: 'list'; items: readonly Inline[] }

export type FindingsNode = { kind: 'findings'; findings: readonly Finding[] }

/** A column of a table. */
export type Column = {
  title: string
  /** @default 'start' */
  align?: 'start' | 'end' | undefined
  /** `prose`: sentences, which wrap; `drawn`: bars, which only HTML shows. @default 'value' */
  content?: 'value' | 'prose' | 'drawn' | undefined
  /** Left out of a terminal that is too narrow for all columns. */
  isMinor?: boolean | undefined
  /** Name of the value where the head of the table is hidden, on a narrow page. */
  label?: string | undefined
}

/** A table; the first cell of a row is its header. */
export type TableNode = {
  kind: 'table'
  /** Layout in HTML. @default 'plain' */
  layout?: 'plain' | 'compact' | 'steps' | 'errors' | 'flows' | 'now' | undefined
  columns: readonly Column[]
  rows: readonly Row[]
  /** Rows below a line. */
  sums?: readonly Row[] | undefined
}

/** The cells of a row, in the order of the columns. */
export type Row = readonly Inline[]

/** Names with their values, below each other. */
export type PairsNode = { kind: 'pairs'; title: string; pairs: readonly Pair[] }

/** Charts that share a time axis and a cursor. */
export type ChartsNode = {
  kind: 'charts'
  axis: TimeAxis
  /** `wide`: below each other; `pair`: two in a row. */
  layout: 'wide' | 'pair'
  charts: readonly Chart[]
}

/** Nodes beside each other where the page is wide enough; `split` gives the first one more space. */
export type ColumnsNode = { kind: 'columns'; layout: 'even' | 'split'; nodes: readonly ReportNode[] }

/** Nodes that are shown on demand. */
export type DetailsNode = { kind: 'details'; summary: string; nodes: readonly ReportNode[] }

const depths: readonly Depth[] = ['essential', 'standard', 'full']

/**
 * Returns the nodes that are worth printing at a depth, without sections and groups that would be empty.
 *
 * @example atDepth(document.nodes, 'standard')
 */
export function atDepth(nodes: readonly ReportNode[], depth: Depth): ReportNode[] {
  return nodes.flatMap((node): ReportNode[] => {
    if (depths.indexOf(node.depth ?? 'essential') > depths.indexOf(depth)) return []
    if (!('nodes' in node)) return [node]
    const inner = atDepth(node.nodes, depth)
    return inner.length === 0 ? [] : [{ ...node, nodes: inner }]
  })
}

/** Lists the groups of charts of a tree, in order. */
export function chartGroups(nodes: readonly ReportNode[]): ChartsNode[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'charts') return [node]
    return 'nodes' in node ? chartGroups(node.nodes) : []
  })
}
