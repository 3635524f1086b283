import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml'

/** A YAML or JSON document whose values are the text that was written: `1.10` stays `1.10`, and `007` stays `007`. */
export type TextDocument = {
  /** The node at the top; `null` for an empty document. */
  root: Node | null
  /** A key as text. */
  keyOf(pair: Pair): string
  /** The node of a value, that of its anchor if it is an alias. */
  nodeOf(pair: Pair): Node | null
  /** Line of a key, from 1. */
  lineOf(pair: Pair): number | undefined
  /** A value of texts, lists and objects; `null` when nothing was written, or JSON's `null`. */
  textOf(node: Node | null): unknown
}

/** More values than any config file has: aliases of aliases grow beyond every memory. */
const maxValues = 20_000
const maxDepth = 20
const maxParsedDepth = 200

class MissingAnchor extends Error {}

/**
 * Parses YAML or JSON, and keeps values as they are written: what they mean is for their reader.
 *
 * @returns the document, or what is wrong with it in one line
 */
export function parseTextDocument(text: string): TextDocument | { problem: string } {
  const tooDeep = { problem: 'too many values, or nested too deep' }
  // The parser calls itself for every level, and what happens at the end of the stack can't be caught.
  if (depthOf(text) > maxParsedDepth) return tooDeep
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe' })
    const wrong = [...document.errors, ...document.warnings].map(({ message }) => message.split('\n')[0])
    if (wrong.length > 0) return { problem: wrong.slice(0, 5).join('; ') }
    const resolve = (node: unknown): Node | null => {
      if (!isAlias(node)) return isNode(node) ? node : null
      const target = node.resolve(document)
      if (target === undefined)
        throw new MissingAnchor(`there is no anchor &${node.source} for *${node.source}`)
      return target
    }
    const isJson = canParseJson(text)
    let values = 0
    const textOf = (given: unknown, depth: number): unknown => {
      if (++values > maxValues || depth > maxDepth) throw new RangeError('too many values')
      const node = resolve(given)
      if (node === null) return null
      if (isScalar(node)) return textOfScalar(node, isJson)
      if (!isMap(node))
        return 'items' in node && Array.isArray(node.items)
          ? node.items.map((item) => textOf(item, depth + 1))
          : null
      return Object.fromEntries(node.items.map((pair) => [keyOf(pair), textOf(pair.value, depth + 1)]))
    }
    // Looks at every value once, so that nothing is found out later.
    const whole = textOf(document.contents, 0)
    return {
      root: whole === null ? null : document.contents,
      keyOf,
      nodeOf: (pair) => resolve(pair.value),
      lineOf(pair) {
        const offset = isNode(pair.key) ? pair.key.range?.[0] : undefined
        return offset === undefined ? undefined : lines.linePos(offset).line
      },
      textOf: (node) => textOf(node, 0),
    }
  } catch (error) {
    if (error instanceof RangeError) return tooDeep
    if (error instanceof MissingAnchor) return { problem: error.message }
    throw error
  }
}

/** How deep a text may be nested at most, judged by its brackets and its indentation alone. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isIndent = true
  let indent = 0
  for (const letter of text) {
    if (letter === '[' || letter === '{') deepest = Math.max(deepest, ++depth)
    else if (letter === ']' || letter === '}') depth = Math.max(0, depth - 1)
    if (letter === '\n' || letter === '\r') [isIndent, indent] = [true, 0]
    else if (isIndent && ' \t-?:'.includes(letter)) deepest = Math.max(deepest, ++indent)
    else isIndent = false
  }
  return deepest
}

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : String(key))

function textOfScalar({ value, source, type }: Scalar, isJson: boolean): string | null {
  if (type !== 'PLAIN') return String(value)
  const written = source ?? String(value)
  if (written === '' || (isJson && written === 'null')) return null
  // JSON's way to write a number with an exponent; in YAML, 12e4567 may as well be the id of a commit.
  return isJson && /^-?\d.*e/i.test(written) ? String(Number(written)) : written
}

function canParseJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
