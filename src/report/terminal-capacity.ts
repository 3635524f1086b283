import { join } from 'node:path'
import type { Capacity } from '../results/capacity-schema.ts'
import {
  brokeFirstWords,
  capacityHeadline,
  capacityLead,
  overloadedWords,
  stepWords,
} from './capacity-words.ts'
import { type Colors, printable, wrap } from './terminal-text.ts'

/** Wider than this, prose is hard to read. */
const mostColumns = 100

/**
 * Says what a search for the capacity found: the rate, how sure it is, what broke first, and every step.
 *
 * @example renderCapacity(capacity, { columns: 80, colors, path: null })
 */
export function renderCapacity(
  capacity: Capacity,
  { columns, colors, path }: { columns: number; colors: Colors; path: string | null },
): string {
  const width = Math.max(40, Math.min(columns - 1, mostColumns))
  const { tone, headline } = capacityHeadline(capacity)
  const paint = { good: colors.green, bad: colors.red, warn: colors.yellow, plain: colors.cyan }[tone]
  const mark = { good: '✔', bad: '✖', warn: '!', plain: '·' }[tone]
  const paragraph = (text: string) => wrap(printable(text), width - 2).map((line) => `  ${line}`)
  const brokeFirst = brokeFirstWords(capacity)
  const lines = [
    '',
    `${paint(mark)} ${colors.bold(printable(headline))}`,
    ...paragraph(capacityLead(capacity)),
    '',
  ]
  for (const step of capacity.steps) {
    const [first = '', ...rest] = wrap(printable(stepWords(step)), width - 4)
    lines.push(
      `  ${step.held ? colors.green('✔') : colors.red('✖')} ${first}`,
      ...rest.map((line) => `    ${line}`),
    )
  }
  if (brokeFirst !== null) lines.push('', `  ${colors.bold('What broke first')}`, ...paragraph(brokeFirst))
  const overloaded = overloadedWords(capacity)
  if (overloaded !== null) lines.push('', ...paragraph(overloaded).map((line) => colors.yellow(line)))
  for (const { code, message } of capacity.problems) lines.push('', ...paragraph(`${code}: ${message}`))
  if (path !== null) lines.push('', `  ${colors.bold('Report')}  ${printable(join(path, 'capacity.html'))}`)
  return `${lines.join('\n')}\n`
}
