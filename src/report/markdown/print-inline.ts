import type { Inline, MarkedText } from '../document/inline.ts'
import { code, plain } from './markdown-text.ts'

/** The signs of tones. */
export const toneMarks = { good: '✅', bad: '❌', warn: '⚠️', plain: 'ℹ️' } as const

/** Prints text as Markdown on one line; every string is escaped. */
export function printInline(text: Inline): string {
  if (typeof text === 'string') return plain(text)
  if ('mark' in text) return printMarked(text)
  return text.map(printInline).join('')
}

function printMarked(marked: MarkedText): string {
  switch (marked.mark) {
    case 'code':
    case 'hex':
      return code(marked.text)
    case 'badge':
      return marked.tone === 'plain' ? plain(marked.text) : `${toneMarks[marked.tone]} ${plain(marked.text)}`
    case 'hint':
      return `*${plain(marked.text)}*`
    case 'link':
      return `[${plain(marked.text)}](<${encodeURI(marked.href)}>)`
    case 'small':
      return `(${plain(marked.text)})`
    case 'rounded':
      return plain(marked.text)
    case 'break':
      return '<br>'
    case 'meter':
    case 'bar':
      return ''
  }
}
