import { isMap, type Pair } from 'yaml'
import { LoadTestError } from '../errors/load-test-error.ts'
import { readTextFile } from '../files/read-text-file.ts'
import type { NamedParameter } from './parameter-names.ts'
import type { Problem } from './problem.ts'
import { fileSource, type Layer, type Offer } from './source.ts'
import { suggest } from './suggest.ts'
import { parseTextDocument, type TextDocument } from './text-document.ts'

/** What a config file says. */
export type ConfigFile = { preset: Offer | undefined; layer: Layer; problems: Problem[] }

/**
 * Reads a config file, YAML or JSON: groups of parameters by key, and `preset`.
 *
 * The `config.json` of a past run is a config file too: what it asked for stands under `settings`. Values are the text
 * that was written, as those of flags are.
 *
 * @throws LoadTestError CONFIG_INVALID when the file can't be read or is not a document of keys
 */
export function readConfigFile(path: string, parameters: readonly NamedParameter[]): ConfigFile {
  const { text, problem } = readTextFile(path, { maxBytes: 2 ** 20 })
  if (problem === undefined) return parseConfigFile(text, path, parameters)
  throw new LoadTestError('CONFIG_INVALID', `The config file ${path} can't be read: ${problem}.`)
}

/** Reads the text of a config file; `path` is only for messages. */
export function parseConfigFile(
  text: string,
  path: string,
  parameters: readonly NamedParameter[],
): ConfigFile {
  const document = parseTextDocument(text)
  if ('problem' in document) {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `The config file ${path} is not valid YAML or JSON: ${document.problem}`,
    )
  }
  const pastRun = isMap(document.root) ? document.root.get('settings') : undefined
  const root = isMap(pastRun) ? pastRun : document.root
  if (root !== null && !isMap(root)) {
    throw new LoadTestError('CONFIG_INVALID', `The config file ${path} does not contain keys and values.`)
  }
  const groups = groupsOf(parameters)
  return sortEntries(collectOffers(root?.items ?? [], { document, path, groups }), parameters, groups)
}

/** The groups that keys can stand in. */
export const groupsOf = (parameters: readonly NamedParameter[]): ReadonlySet<string> =>
  new Set(parameters.flatMap(({ path: [group] }) => (group === '' ? [] : [group])))

/** A key that is given, and whether it was given before. */
export type Entry = { key: string; offer: Offer; isAgain: boolean }

function collectOffers(
  items: readonly Pair[],
  { document, path, groups }: { document: TextDocument; path: string; groups: ReadonlySet<string> },
): Entry[] {
  const entries: Entry[] = []
  const seen = new Set<string>()
  const collect = (pair: Pair, prefix: string): void => {
    const key = `${prefix}${document.keyOf(pair)}`
    const value = document.nodeOf(pair)
    if (prefix === '' && groups.has(key) && isMap(value)) {
      for (const inner of value.items) collect(inner, `${key}.`)
      return
    }
    const source = fileSource(path, document.lineOf(pair))
    entries.push({ key, offer: { value: document.textOf(value), source }, isAgain: seen.has(key) })
    seen.add(key)
  }
  for (const pair of items) collect(pair, '')
  return entries
}

/** Separates what is known from what is not, and from what has no place in a file. */
export function sortEntries(
  entries: readonly Entry[],
  parameters: readonly NamedParameter[],
  groups: ReadonlySet<string>,
): ConfigFile {
  const known = new Map(parameters.map((named) => [named.key, named]))
  const layer = new Map<string, Offer>()
  const problems: Problem[] = []
  let preset: Offer | undefined
  for (const { key, offer, isAgain } of entries) {
    const { source, value } = offer
    const named = known.get(key)
    if (isAgain) problems.push({ key, source, found: 'given twice' })
    else if (key === 'preset') preset = value === null ? undefined : offer
    else if (value === null || isNothing(value, named?.parameter, groups.has(key))) continue
    else if (named?.parameter.secret) {
      const [variable] = named.env
      problems.push({
        key,
        source,
        found: `secrets do not belong in a config file: set ${variable} or ${variable}_FILE in the environment`,
      })
    } else if (named) layer.set(key, offer)
    else if (groups.has(key)) problems.push({ key, source, found: 'one value', allowed: 'a group of keys' })
    else {
      const writable = parameters.filter(({ parameter }) => !parameter.secret)
      const suggestion = suggest(key, ['preset', ...writable.map((candidate) => candidate.key)])
      problems.push({ key, source, found: 'unknown key', suggestion })
    }
  }
  return { preset, layer, problems }
}

/** Whether YAML's word for nothing means that a key is not set; for a key that takes any text it is a text. */
function isNothing(
  value: unknown,
  parameter: NamedParameter['parameter'] | undefined,
  isGroup: boolean,
): boolean {
  if (typeof value !== 'string' || !/^(?:~|null)$/i.test(value)) return false
  return parameter === undefined ? isGroup : parameter.kind.read(value) === undefined
}
