import { jsonrepair } from 'jsonrepair'
import { isFalsy, isJsonObject, pythonTypeName } from './json-value.ts'
import { toPythonJson } from './python-json.ts'

/** Code points of the raw answer that a failure report quotes. */
const quotedLength = 1000

/**
 * Appended to the prompt in `json_object` mode, after the data is cut to size. It has the length of the original's
 * instruction (499 characters) and other words.
 */
export const jsonInstruction = `\n\n${[
  'Answer with one JSON object and with nothing else.',
  'The first character of the answer is an opening brace and the last one is a closing brace.',
  'Write keys and texts in double quotes, and escape quotes, backslashes and line breaks inside of them.',
  'Leave out comments, trailing commas, Markdown fences, and any words before or after the object.',
  'Where a value is not known, write null; where there is nothing to list, write an empty list.',
  'An answer that no JSON parser accepts is lost to the reader.',
].join('\n')}`.padEnd(499, '\n')

/**
 * Turns a model's answer into the text of a JSON object, repaired if necessary and printed as Python prints it. Any other
 * answer becomes a JSON report of what is wrong.
 *
 * @example toJsonObject("Here: {'a': [1,2,],} ok") // '{"a": [1, 2]}'
 */
export function toJsonObject(raw: string): string {
  if (raw.trim() === '') return report('Response is empty or not a string', raw)
  const json = repair(raw.trim())
  const value: unknown = JSON.parse(json)
  if (!isJsonObject(value)) {
    return report(`Response is valid JSON but not an object: ${pythonTypeName(value)}`, raw)
  }
  if (isFalsy(value)) return report('JSON validation failed: empty object', raw)
  return toPythonJson(json)
}

function report(message: string, raw: string): string {
  const quoted = [...raw.slice(0, 2 * quotedLength)].slice(0, quotedLength).join('')
  const failure = { error: 'json_parse_failed', error_message: message, raw_response: quoted }
  return toPythonJson(JSON.stringify(failure))
}

/**
 * Returns the answer's JSON: as it stands, or repaired. An answer that begins with words is repaired from its first
 * bracket. Several values in a row become a list, and text without JSON a string.
 */
function repair(text: string): string {
  if (isJson(text)) return text
  const values = embeddedJson(text).flatMap(repairOne)
  if (values.length > 1) return `[${values.join()}]`
  const [whole] = /^[{["'`/]/.test(text) ? repairOne(text) : []
  return whole ?? values[0] ?? '""'
}

/** The repaired JSON of an object or a list; none for anything else. */
function repairOne(text: string): string[] {
  try {
    const json = jsonrepair(text)
    return typeof JSON.parse(json) === 'object' ? [json] : []
  } catch {
    return []
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Cuts objects and lists out of the words around them. One that never closes reaches to the end. */
function embeddedJson(text: string): string[] {
  const found: string[] = []
  let start = -1
  let depth = 0
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (depth === 0 && character !== '{' && character !== '[') continue
    if (quoted && character === '\\') index++
    else if (character === '"') quoted = !quoted
    else if (!quoted && (character === '{' || character === '[')) {
      if (depth++ === 0) start = index
    } else if (!quoted && (character === '}' || character === ']') && --depth === 0) {
      found.push(text.slice(start, index + 1))
    }
  }
  return depth > 0 ? [...found, text.slice(start)] : found
}
