import { readFileSync } from 'node:fs'
import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { NamedParameter } from './parameter-names.ts'
import type { Problem } from './problem.ts'
import type { Layer, Offer } from './source.ts'
import { suggest } from './suggest.ts'

/** What a config file says. */
export type ConfigFile = { preset: Offer | undefined; layer: Layer; problems: Problem[] }

/**
 * Reads a config file, YAML or JSON: groups of parameters by key, and `preset`.
 *
 * The `config.json` of a past run is a config file too: what it asked for stands under `settings`.
 *
 * @throws LoadTestError CONFIG_INVALID when the file can't be read or is not a document of keys
 */
export function readConfigFile(path: string, parameters: readonly NamedParameter[]): ConfigFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new LoadTestError('CONFIG_INVALID', `The config file ${path} can't be read.`, { cause })
  }
  return parseConfigFile(text, path, parameters)
}

/** Reads the text of a config file; `path` is only for messages. */
export function parseConfigFile(
  text: string,
  path: string,
  parameters: readonly NamedParameter[],
): ConfigFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors.length > 0) {
    const found = document.errors.map((error) => error.message.split('\n')[0]).join('; ')
    throw new LoadTestError('CONFIG_INVALID', `The config file ${path} is neither YAML nor JSON: ${found}`)
  }
  const pastRun = isMap(document.contents) ? document.get('settings') : undefined
  const root = isMap(pastRun) ? pastRun : document.contents
  if (root !== null && !isMap(root)) {
    throw new LoadTestError('CONFIG_INVALID', `The config file ${path} does not hold keys and values.`)
  }
  const offers = new Map<string, Offer>()
  const groups = new Set(parameters.flatMap(({ path: [group] }) => (group === '' ? [] : [group])))
  const collect = (pair: Pair, prefix: string): void => {
    const name = `${prefix}${isScalar(pair.key) ? String(pair.key.value) : String(pair.key)}`
    if (prefix === '' && groups.has(name) && isMap(pair.value)) {
      for (const inner of pair.value.items) collect(inner, `${name}.`)
      return
    }
    const offset = (pair.key as Node | null)?.range?.[0]
    const line = offset === undefined ? undefined : lines.linePos(offset).line
    const value: unknown = (pair.value as Node | null)?.toJS(document) ?? null
    offers.set(name, { value, source: { kind: 'file', path, ...(line === undefined ? {} : { line }) } })
  }
  for (const pair of root?.items ?? []) collect(pair, '')
  return { ...sort(offers, parameters, groups) }
}

/** Tells what is known from what is not, and from what has no place in a file. */
function sort(
  offers: ReadonlyMap<string, Offer>,
  parameters: readonly NamedParameter[],
  groups: ReadonlySet<string>,
): ConfigFile {
  const known = new Map(parameters.map((named) => [named.key, named]))
  const layer = new Map<string, Offer>()
  const problems: Problem[] = []
  for (const [key, offer] of offers) {
    const { source, value } = offer
    const named = known.get(key)
    if (key === 'preset' || value === null) continue
    if (named?.parameter.secret) {
      const [variable] = named.env
      problems.push({
        key,
        source,
        found: `secrets have no place in a config file; set ${variable} or ${variable}_FILE in the environment`,
      })
    } else if (named) layer.set(key, offer)
    else if (groups.has(key)) problems.push({ key, source, found: 'one value', allowed: 'a group of keys' })
    else {
      const writable = parameters.filter(({ parameter }) => !parameter.secret)
      const suggestion = suggest(key, ['preset', ...writable.map((candidate) => candidate.key)])
      problems.push({ key, source, found: 'there is no such key', suggestion })
    }
  }
  return { preset: offers.get('preset'), layer, problems }
}
