import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'

/** Colors and weights for a terminal; without color support they return the text unchanged. */
export type Colors = ReturnType<typeof pc.createColors>

/** The environment variables that control colors. */
export type TerminalEnvironment = {
  NO_COLOR?: string | undefined
  FORCE_COLOR?: string | undefined
  TERM?: string | undefined
}

/**
 * Returns the colors for a stream: none with `NO_COLOR`, on a dumb terminal or without a terminal, unless `FORCE_COLOR` is set.
 *
 * See https://no-color.org: the variable counts if it is set and not empty.
 */
export function colorsFor(stream: { isTTY?: boolean | undefined }, env: TerminalEnvironment): Colors {
  if (env.NO_COLOR) return pc.createColors(false)
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return pc.createColors(true)
  return pc.createColors(stream.isTTY === true && env.TERM !== 'dumb')
}

/** Returns the width of a stream in columns; `fallback` if it has none or reports 0, which means unknown. */
export const columnsOf = ({ columns }: { columns?: number | undefined }, fallback = 80): number =>
  columns || fallback

/** Returns how many columns a text takes, without its colors. Texts here have no wide characters. */
export function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length
}

/** Returns text from outside on one line, without anything that a terminal would act on. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/\p{Control}|[\u200b-\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd')
}

/** Pads a text with spaces on its right to a width, ignoring colors. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleLength(text)))
}

/** Pads a text with spaces on its left to a width, ignoring colors. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - visibleLength(text))) + text
}

/**
 * Lays out pieces beside each other after a label, on as many lines as the width requires.
 *
 * @example labelled('rate', ['2.9/s now', '2.7/s average'], { width: 40, indent: 11 })
 */
export function labelled(
  label: string,
  pieces: readonly string[],
  { width, indent }: { width: number; indent: number },
): string[] {
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

/** Wraps a text between words into lines of a width; cuts longer words. */
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
