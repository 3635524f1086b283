import { type JsonObject, pythonTypeName } from './json-value.ts'
import type { Profile } from './profile.ts'

/** Largest prompt, in code points. */
const promptLimit = 75_000
/** Where the data goes: exactly this, without spaces. */
const placeholder = '{{data}}'
const truncationNotice = "\n\n--- DATA TRUNCATED TO FIT MODEL'S CONTEXT WINDOW ---"
const separator = `${'-'.repeat(400)}\n`

/**
 * Reads the prompt template from a grant's parameters. The default is an empty one. The later profile appends a
 * placeholder to a template without one.
 *
 * @throws {Error} if it is not a string
 * @example promptTemplateOf({ prompt: 'Summarise {{data}}' }, profile) // 'Summarise {{data}}'
 */
export function promptTemplateOf({ prompt: template = '' }: JsonObject, profile: Profile): string {
  if (typeof template !== 'string') {
    throw new Error(`'${pythonTypeName(template)}' object has no attribute 'replace'`)
  }
  if (!profile.appendsPlaceholder || template.includes(placeholder)) return template
  return `${template}\n\n${placeholder}`
}

/** Joins the plain files: a newline before the first, a line of dashes after each, no newline between file and dashes. */
export function joinFiles(files: readonly string[]): string {
  return `\n${files.join(separator)}\n${separator}`
}

/**
 * Builds the prompt: every `{{data}}` of the template becomes the joined files. The data is cut so that the template,
 * without placeholders, and one copy of the data stay within 75,000 code points. A template without a placeholder leaves
 * the data out.
 *
 * @example buildPrompt('Summarise: {{data}}', ['{"a":1}'])
 */
export function buildPrompt(template: string, files: readonly string[]): string {
  const room = promptLimit - codePoints(template.replaceAll(placeholder, ''))
  const data = withinRoom(joinFiles(files), room)
  return template.split(placeholder).join(data)
}

function withinRoom(data: string, room: number): string {
  // A text of n UTF-16 units has at most n code points, so the usual case needs no count.
  if (data.length <= room || codePoints(data) <= room) return data
  const kept = room - truncationNotice.length
  return kept <= 0 ? '' : firstCodePoints(data, kept) + truncationNotice
}

/** Counts the code points of a text: its length in Python. */
export function codePoints(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; count++) index += unitsAt(text, index)
  return count
}

function firstCodePoints(text: string, count: number): string {
  let end = 0
  for (let taken = 0; taken < count && end < text.length; taken++) end += unitsAt(text, end)
  return text.slice(0, end)
}

const unitsAt = (text: string, index: number): 1 | 2 => ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1)
