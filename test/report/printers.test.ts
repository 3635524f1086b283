import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { Depth, ReportDocument, ReportNode } from '../../src/report/document/document.ts'
import { badge, code, type Inline, lineBreak, small } from '../../src/report/document/inline.ts'
import { sparkline } from '../../src/report/document/sparkline.ts'
import { printHtml } from '../../src/report/html/print-html.ts'
import { printMarkdown } from '../../src/report/markdown/print-markdown.ts'
import { printTerminal } from '../../src/report/terminal/print-terminal.ts'

const printers = {
  html: printHtml,
  markdown: printMarkdown,
  terminal: (document: ReportDocument) =>
    printTerminal(document, { columns: 100, colors: pc.createColors(false) }),
}

const documentOf = (...nodes: ReportNode[]): ReportDocument => ({
  title: 'T',
  nodes,
  footer: { text: '', depth: 'full' },
})

const axis = { startsMs: [0, 1000, 2000], pointMs: 1000, durationMs: 3000 }

/** A node of every kind that contains a text, and what else each printer has to show of it. */
const nodes = (text: string): Record<ReportNode['kind'], ReportNode> => ({
  verdict: {
    kind: 'verdict',
    tone: 'bad',
    tool: { name: 'vana-load', version: '1.2.3' },
    id: text,
    headline: text,
    lead: text,
    facts: [['fact', text]],
  },
  figures: { kind: 'figures', figures: [{ name: text, value: text, note: text }] },
  shares: { kind: 'shares', label: text, shares: [{ name: text, count: 7, color: 'failed' }] },
  section: { kind: 'section', id: 'a', title: text, nodes: [{ kind: 'paragraph', text }] },
  heading: { kind: 'heading', text },
  paragraph: { kind: 'paragraph', text: everyMark(text) },
  list: { kind: 'list', items: [text] },
  findings: { kind: 'findings', findings: [{ title: text, tone: 'warn', text, hint: text }] },
  table: {
    kind: 'table',
    columns: [{ title: text }, { title: 'n', align: 'end' }, { title: 'p', content: 'prose' }],
    rows: [[code(text), text, everyMark(text)]],
    sums: [[text, text, text]],
  },
  pairs: { kind: 'pairs', title: text, pairs: [[text, text]] },
  charts: {
    kind: 'charts',
    axis,
    layout: 'wide',
    charts: [
      {
        id: 'c',
        title: text,
        caption: text,
        kind: 'lines',
        unit: 'count',
        series: [{ name: text, color: 'ink', values: [1, null, 8] }],
      },
    ],
  },
  columns: { kind: 'columns', layout: 'even', nodes: [{ kind: 'paragraph', text }] },
  details: { kind: 'details', summary: text, nodes: [{ kind: 'paragraph', text }] },
})

const everyMark = (text: string): Inline => [
  code(text),
  badge(text, 'good'),
  badge(text, 'plain'),
  small(text),
  { mark: 'hint', text },
  { mark: 'link', text, href: `run/${text}` },
  { mark: 'rounded', text, exact: text },
  { mark: 'hex', text },
  { mark: 'meter', share: 0.5 },
  { mark: 'bar', from: 0, length: 0.5, whisker: 1, color: 'ink' },
  lineBreak,
]

const kinds = Object.keys(nodes('')) as ReportNode['kind'][]

describe.each(kinds)('a node of the kind %s', (kind) => {
  it.each(Object.entries(printers))('is printed as %s', (_name, print) => {
    const printed = print(documentOf(nodes('Content')[kind]))
    expect(stripVTControlCharacters(printed)).toContain('Content')
    expect(printed.replace(/<script>[\s\S]*?<\/script>/, '')).not.toMatch(/undefined|\[object|NaN/)
  })
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        ...['<', '>', '"', "'", '&', '`', '|', '\n', '\\', '*', '[', ']', '(', ')', '#', '@', '!', '_', '~'],
        ...['<script>', '</script>', '-->', 'javascript:', '\u001b[2J', '\u009b', '\u202e', 'x', ' '],
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join('')),
)

describe('the HTML printer', () => {
  it('escapes every text of every node', () => {
    const elementsOf = (text: string) =>
      [...text.matchAll(/<(\/?[a-z][a-z0-9]*)(?:\s+[a-z-]+(?:="[^"<>]*")?)*\s*>/g)].map(([, name]) => name)
    fc.assert(
      fc.property(fc.constantFrom(...kinds), hostile, (kind, text) => {
        const withoutData = (page: string) =>
          page.replace(/<script[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/g, '')
        const made = withoutData(printHtml(documentOf(nodes(text)[kind])))
        expect(elementsOf(made)).toEqual(elementsOf(withoutData(printHtml(documentOf(nodes('x')[kind])))))
        // Whatever is left after the elements contains no markup.
        expect(made.replace(/<!doctype html>|<[^<>]*>/g, '')).not.toMatch(/[<>]/)
      }),
    )
  })
})

describe('the Markdown printer', () => {
  it('escapes every text of every node', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), hostile, (kind, text) => {
        const made = printMarkdown(documentOf(nodes(text)[kind]))
        const shape = printMarkdown(documentOf(nodes('x')[kind]))
        expect(made.split('\n').length).toBe(shape.split('\n').length)
        const bare = made
          .replace(/\\[\\`*_{}[\]<>()#!|~]|`[^`]*`/g, '')
          .replace(/<br>|<\/?details>|<\/?summary>|\]\(<[^<>]*>\)/g, '')
        expect(bare).not.toMatch(/[<>]|@(?!\u200b)/)
      }),
    )
  })

  it('keeps the cells of a table apart', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = printMarkdown(documentOf(nodes(text).table))
          .trimEnd()
          .split('\n')
        expect(lines).toHaveLength(4)
        // As GFM does, a backslash escapes the next character, in code too.
        for (const line of lines) expect(line.replace(/\\./g, '').match(/\|/g)).toHaveLength(4)
      }),
    )
  })
})

describe('the terminal printer', () => {
  it('prints no control characters of a text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), hostile, (kind, text) => {
        const made = printers.terminal(documentOf(nodes(text)[kind])).replaceAll('\n', '')
        expect(made).not.toMatch(/\p{Control}|\u202e/u)
      }),
    )
  })

  it('leaves out minor columns and wraps prose where the terminal is narrow', () => {
    const table: ReportNode = {
      kind: 'table',
      columns: [
        { title: 'Name' },
        { title: 'Minor', isMinor: true },
        { title: 'Prose', content: 'prose' },
        { title: 'Drawn', content: 'drawn' },
      ],
      rows: [['a-name', 'm'.repeat(30), 'some words that take more than one line', 'never']],
    }
    const print = (columns: number) =>
      printTerminal(documentOf(table), { columns, colors: pc.createColors(false) })
    expect(print(120)).toMatch(/m{30} {2}some words that take more than one line$/m)
    expect(print(120)).not.toContain('never')
    expect(print(44)).not.toContain('mmm')
    for (const line of print(44).split('\n')) expect(line.length).toBeLessThan(44)
    expect(print(44).replace(/\s+/g, ' ')).toContain('some words that take more than')
  })
})

describe('depth', () => {
  const at = (depth: Depth, text: string): ReportNode => ({ kind: 'paragraph', depth, text })
  const document = documentOf(at('essential', 'one'), at('standard', 'two'), at('full', 'three'), {
    kind: 'section',
    id: 's',
    title: 'Empty',
    nodes: [at('full', 'four')],
  })

  it('decides which printer shows a node', () => {
    const shown = (text: string) => ['one', 'two', 'three', 'Empty'].filter((word) => text.includes(word))
    expect(shown(printers.terminal(document))).toEqual(['one'])
    expect(shown(printers.markdown(document))).toEqual(['one', 'two'])
    expect(shown(printers.html(document))).toEqual(['one', 'two', 'three', 'Empty'])
  })
})

describe('a sparkline', () => {
  it('is as high as its values, with a gap where nothing was measured', () => {
    expect(sparkline([0, 4, null, 8], 10)).toBe('▁▅ █')
    expect(sparkline([], 10)).toBe('')
  })

  it('fits its width', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat())), fc.integer({ min: 1, max: 50 }), (values, width) => {
        expect(sparkline(values, width).length).toBeLessThanOrEqual(width)
      }),
    )
  })
})
