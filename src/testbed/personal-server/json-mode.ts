import { jsonrepair } from 'jsonrepair'
import { parsePythonJson } from './python-json.ts'
import { dumpPythonJson } from './python-json-dump.ts'
import { type PythonDict, type PythonValue, pythonTypeName } from './python-value.ts'

/** Code points of the raw answer that a failure report quotes. */
const quotedLength = 1000

/**
 * Appended to the prompt in `json_object` mode, after the data was cut to size. As long as the original's instruction
 * (499 characters), in other words.
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
 * Turns a model's answer into the text of a JSON object, repaired where needed and written as Python writes it. What is
 * no object becomes a report of that, also as JSON text.
 *
 * @example toJsonObject("Here: {'a': [1,2,],} ok") // '{"a": [1, 2]}'
 */
export function toJsonObject(raw: string): string {
  if (raw.trim() === '') return report('Response is empty or not a string', raw)
  const value = repair(raw)
  if (!(value instanceof Map)) {
    return report(`Response is valid JSON but not an object: ${pythonTypeName(value)}`, raw)
  }
  if (value.size === 0) return report('JSON validation failed: empty object', raw)
  return dumpPythonJson(value)
}

function report(message: string, raw: string): string {
  const failure: PythonDict = new Map([
    ['error', 'json_parse_failed'],
    ['error_message', message],
    ['raw_response', [...raw.slice(0, 2 * quotedLength)].slice(0, quotedLength).join('')],
  ])
  return dumpPythonJson(failure)
}

/**
 * Reads the answer strictly, then repaired; what begins with other words is repaired from its first bracket on. Several
 * values one after another are a list of them. Text that holds no JSON is a string.
 */
function repair(raw: string): PythonValue {
  const text = raw.trim()
  const strict = attempt(() => parsePythonJson(text))
  if (strict !== undefined) return strict
  const embedded = embeddedJson(text)
  const values = embedded.map(repairOne).filter((value) => value !== undefined)
  if (values.length > 1) return values
  const whole = /^[{["'`/]/.test(text) ? repairOne(text) : undefined
  return whole ?? values[0] ?? ''
}

function repairOne(text: string): PythonValue | undefined {
  const value = attempt(() => parsePythonJson(jsonrepair(text)))
  return value instanceof Map || Array.isArray(value) ? value : undefined
}

/** Cuts the objects and lists out of the words around them; one that never closes reaches to the end. */
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

function attempt<value>(parse: () => value): value | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
