/** A variable of an env file. */
export type EnvLine = { name: string; value: string; line: number }

/** A line of an env file that can't be read. Nothing of the line is repeated, since it may hold a secret. */
export type EnvLineProblem = { line: number; found: string }

const quotes = ['"', "'", '`']
/** Inside quotes, a line such as `VANA_LOAD_RATE=5` means that a closing quote is missing further up. */
const assignment = /^\s*(?:export\s+)?[A-Z][A-Z0-9_]*_[A-Z0-9_]*=[^=\s]/
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', '"': '"', '\\': '\\' }

/**
 * Reads the text of an env file strictly: a line that is not understood is a problem, never skipped.
 *
 * - `NAME=value`, with or without `export` before it; spaces around the name and the value do not count
 * - an unquoted value ends at the end of the line, or at a `#` that follows a space: `pa#ss` is whole
 * - a quoted value is taken as it is and may span lines; in double quotes `\n`, `\r`, `\"` and `\\` are escapes
 *
 * @example parseEnvFile('PASS=pa#ss # mine').variables // [{ name: 'PASS', value: 'pa#ss', line: 1 }]
 */
export function parseEnvFile(text: string): { variables: EnvLine[]; problems: EnvLineProblem[] } {
  const lines = text.split(/\r\n|\n|\r/)
  const variables: EnvLine[] = []
  const problems: EnvLineProblem[] = []
  for (let index = 0; index < lines.length; index++) {
    const content = (lines[index] ?? '').trimStart()
    const line = index + 1
    if (content === '' || content.startsWith('#')) continue
    const [, name, written = ''] = /^(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/s.exec(content) ?? []
    if (name === undefined) {
      problems.push({ line, found: 'not a variable: write NAME=value, or start a comment with #' })
      continue
    }
    const [quote = ''] = written
    if (!quotes.includes(quote)) {
      variables.push({ name, line, value: withoutComment(content.slice(content.indexOf('=') + 1)) })
      continue
    }
    const quoted = readQuoted(lines, index, written)
    index = quoted.lastIndex
    if ('found' in quoted) problems.push({ line, found: quoted.found })
    else variables.push({ name, line, value: quoted.value })
  }
  return { variables, problems }
}

/** Cuts an unquoted value at the first `#` that follows a space. */
function withoutComment(text: string): string {
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    if (at > 0 && /\s/.test(text.charAt(at - 1))) return text.slice(0, at).trim()
  }
  return text.trim()
}

type Quoted = { lastIndex: number } & ({ value: string } | { found: string })

/** Reads a value whose quote opens on a line; `lastIndex` is the line on which it closes. */
function readQuoted(lines: readonly string[], firstIndex: number, written: string): Quoted {
  const [quote = ''] = written
  let value = ''
  let rest = written.slice(1)
  for (let index = firstIndex; index < lines.length; index++) {
    if (index > firstIndex) {
      rest = lines[index] ?? ''
      if (assignment.test(rest)) {
        const found = `the quote ${quote} that opens here is not closed before line ${index + 1}, which looks like a variable`
        return { lastIndex: index - 1, found }
      }
      value += '\n'
    }
    const { taken, after } = takeUntil(quote, rest)
    value += taken
    if (after === undefined) continue
    if (/^\s*(?:\s#.*)?$/.test(after)) return { lastIndex: index, value }
    const where = index === firstIndex ? '' : `, on line ${index + 1}`
    const found = `text after the closing quote ${quote}${where}: put the whole value in other quotes, or \\ before a quote in it`
    return { lastIndex: index, found }
  }
  return { lastIndex: lines.length, found: `the quote ${quote} that opens here is never closed` }
}

/** What stands before the closing quote, with its escapes resolved, and what follows it; nothing if it is not there. */
function takeUntil(quote: string, text: string): { taken: string; after?: string | undefined } {
  let taken = ''
  for (let at = 0; at < text.length; at++) {
    const [letter = '', next = ''] = [text[at], text[at + 1]]
    if (letter === quote) return { taken, after: text.slice(at + 1) }
    const escaped = quote === '"' && letter === '\\' ? escapes[next] : undefined
    if (escaped !== undefined) at++
    taken += escaped ?? letter
  }
  return { taken }
}
