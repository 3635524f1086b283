import type { Inline, MarkedText } from '../document/inline.ts'
import type { Tone } from '../finding.ts'
import { type Colors, printable } from '../terminal-text.ts'

/** The signs of tones. */
export const toneMarks = { good: '✔', bad: '✖', warn: '!', plain: '·' } as const

/** Colors a text by its tone. */
export function paint(text: string, tone: Tone, colors: Colors): string {
  const color = { good: colors.green, bad: colors.red, warn: colors.yellow, plain: colors.cyan }[tone]
  return color(text)
}

/** Prints text on one line, without anything that a terminal would act on. */
export function printInline(text: Inline, colors: Colors): string {
  if (typeof text === 'string') return printable(text)
  if ('mark' in text) return printMarked(text, colors)
  return text.map((part) => printInline(part, colors)).join('')
}

function printMarked(marked: MarkedText, colors: Colors): string {
  switch (marked.mark) {
    case 'badge': {
      const words = printable(marked.text)
      if (marked.tone === 'plain') return words
      return paint(`${toneMarks[marked.tone]} ${words}`, marked.tone, colors)
    }
    case 'small':
    case 'hint':
      return colors.dim(printable(marked.text))
    case 'code':
    case 'hex':
    case 'link':
    case 'rounded':
      return printable(marked.text)
    case 'break':
      return ' '
    case 'meter':
    case 'bar':
      return ''
  }
}
