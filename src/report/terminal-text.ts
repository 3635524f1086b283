import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'

/** Colours and weights for a terminal; each leaves the text as it is when there are none. */
export type Colors = ReturnType<typeof pc.createColors>

/** What decides about colours. */
export type TerminalEnvironment = { NO_COLOR?: string; FORCE_COLOR?: string; TERM?: string }

/**
 * Colours for a stream: none with `NO_COLOR`, on a dumb terminal or where there is no terminal, unless `FORCE_COLOR`.
 *
 * See https://no-color.org: the variable counts when it is set and not empty.
 */
export function colorsFor(stream: { isTTY?: boolean }, env: TerminalEnvironment): Colors {
  if (env.NO_COLOR) return pc.createColors(false)
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return pc.createColors(true)
  return pc.createColors(stream.isTTY === true && env.TERM !== 'dumb')
}

/** Width of a stream in columns; 80, or what is usual, where it has none or a terminal reports 0, which means unknown. */
export const columnsOf = ({ columns }: { columns?: number }, usual = 80): number => columns || usual

/** How many columns a text takes, its colours not counted. Texts here have no wide characters. */
export function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length
}

/** Text from outside on one line and without anything that a terminal would act on. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/\p{Control}|[\u200b-\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd')
}

/** Fills a text with spaces to a width, colours not counted. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleLength(text)))
}

/** Fills a text with spaces on its left to a width, colours not counted. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - visibleLength(text))) + text
}

/**
 * Puts pieces beside each other under a label, on as many lines as the width asks for.
 *
 * @example labelled('rate', ['2.9/s now', '2.7/s average'], 40, 11)
 */
export function labelled(label: string, pieces: readonly string[], width: number, indent: number): string[] {
  const lines: string[] = []
  let line = padEnd(label, indent)
  let isEmpty = true
  for (const piece of pieces) {
    const joined = line + (isEmpty ? '' : '   ') + piece
    if (!isEmpty && visibleLength(joined) > width) {
      lines.push(line)
      line = ' '.repeat(indent) + piece
    } else line = joined
    isEmpty = false
  }
  return [...lines, line]
}

/** Breaks a text between words into lines of a width; a word that is longer is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((word) => cut(word, width))) {
    if (line !== '' && visibleLength(line) + 1 + visibleLength(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function cut(word: string, width: number): string[] {
  if (visibleLength(word) <= width) return [word]
  const pieces: string[] = []
  for (let at = 0; at < word.length; at += width) pieces.push(word.slice(at, at + width))
  return pieces
}
