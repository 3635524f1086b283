/** Most code points of a prompt. */
const promptLimit = 75_000
/** Where the data goes: exactly this, without spaces. */
export const placeholder = '{{data}}'
const truncationNotice = "\n\n--- DATA TRUNCATED TO FIT MODEL'S CONTEXT WINDOW ---"
const separator = `${'-'.repeat(400)}\n`

/** Joins the plain files as the original does: a newline first, a line of dashes after each, none before a dash line. */
export function joinFiles(files: readonly string[]): string {
  return `\n${files.join(separator)}\n${separator}`
}

/**
 * Builds the prompt: every `{{data}}` of the template becomes the joined files, cut so that the template (without
 * placeholders) and one copy of the data stay within 75,000 code points. A template without a placeholder leaves the
 * data out.
 *
 * @example buildPrompt('Summarise: {{data}}', ['{"a":1}'])
 */
export function buildPrompt(template: string, files: readonly string[]): string {
  const room = promptLimit - codePoints(template.replaceAll(placeholder, ''))
  const data = withinRoom(joinFiles(files), room)
  return template.split(placeholder).join(data)
}

function withinRoom(data: string, room: number): string {
  // A text of n UTF-16 units has at most n code points: the usual case needs no count.
  if (data.length <= room || codePoints(data) <= room) return data
  const kept = room - truncationNotice.length
  return kept <= 0 ? '' : firstCodePoints(data, kept) + truncationNotice
}

/** Length of a text as Python counts it. */
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
