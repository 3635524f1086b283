import { refusal } from './drive-errors.ts'
import type { DriveFile, DriveFiles } from './drive-files.ts'

/** An `and` that only whole quotes follow, so it is outside of any. */
const betweenTerms = /\s+and\s+(?=(?:[^'\\]|\\.|'(?:[^'\\]|\\.)*')*$)/

type Test = (file: DriveFile) => boolean

const quoted = String.raw`'((?:[^'\\]|\\.)*)'`
const inParents = new RegExp(`^${quoted}\\s+in\\s+parents$`)
const comparison = new RegExp(`^(name|mimeType)\\s*(=|!=|contains)\\s*${quoted}$`)

/**
 * Parses the query of `files.list`: comparisons of `trashed`, `parents`, `name` and `mimeType`, joined by `and`.
 *
 * @throws 400 for anything else, including other queries that Drive itself accepts
 * @see https://developers.google.com/workspace/drive/api/guides/ref-search-terms
 * @example fileQuery("trashed = false and 'root' in parents", files)
 */
export function fileQuery(text: string, files: DriveFiles): Test {
  const terms = text.trim() === '' ? [] : text.split(betweenTerms)
  const tests = terms.map((term) => termOf(term.trim(), files))
  return (file) => tests.every((test) => test(file))
}

function termOf(term: string, files: DriveFiles): Test {
  // Deleted files are gone at once: the emulator has no trash.
  if (/^trashed\s*=\s*false$/.test(term)) return () => true
  const parent = inParents.exec(term)?.[1]
  if (parent !== undefined) {
    const { id } = files.get(unescaped(parent))
    return ({ parents }) => parents.includes(id)
  }
  const [, field, operator, raw = ''] = comparison.exec(term) ?? []
  const value = unescaped(raw)
  if (field === 'name' && operator === 'contains') return ({ name }) => hasWord(name, value)
  if (operator === '=' || operator === '!=') {
    return (file) => (file[field === 'name' ? 'name' : 'mimeType'] === value) === (operator === '=')
  }
  throw refusal(400, 'invalid', `Invalid Value: this emulator does not understand "${term}".`)
}

/** Drive matches the beginning of a name, or of a word in it. */
function hasWord(name: string, start: string): boolean {
  const [whole, wanted] = [name.toLowerCase(), start.toLowerCase()]
  return whole.startsWith(wanted) || whole.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1')
