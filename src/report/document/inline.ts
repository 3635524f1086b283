import type { Tone } from '../finding.ts'

/** Text within a node: a string, marked text, or several of them in a row. Strings are never markup. */
export type Inline = string | MarkedText | readonly Inline[]

/** Text with a meaning that each printer shows in its own way. */
export type MarkedText =
  | { mark: 'code'; text: string }
  /** A verdict or a state in one or two words. */
  | { mark: 'badge'; text: string; tone: Tone }
  /** Secondary text beside or below the main text. */
  | { mark: 'small'; text: string }
  /** What the reader can do. */
  | { mark: 'hint'; text: string }
  | { mark: 'link'; text: string; href: string }
  /** A rounded value, and the exact one for those who need it. */
  | { mark: 'rounded'; text: string; exact: string }
  /** A hash or an address, which may be shortened where space is scarce. */
  | { mark: 'hex'; text: string }
  /** A small bar beside a figure, filled from 0 to 1. */
  | { mark: 'meter'; share: number | null }
  /** A bar in a table of its own column, in shares of the width from 0 to 1. */
  | { mark: 'bar'; from: number; length: number; whisker: number; color: string }
  | { mark: 'break' }

/** Text in the font of code. */
export const code = (text: string): MarkedText => ({ mark: 'code', text })

/** A verdict or a state in one or two words. */
export const badge = (text: string, tone: Tone): MarkedText => ({ mark: 'badge', text, tone })

/** Secondary text. */
export const small = (text: string): MarkedText => ({ mark: 'small', text })

/** A line break within a cell or a paragraph. */
export const lineBreak: MarkedText = { mark: 'break' }
