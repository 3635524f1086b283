import { configParameters } from './load-test-config.ts'
import { type ConfigFile, type Entry, groupsOf, sortEntries } from './read-config-file.ts'
import { fileSource } from './source.ts'

/** Its keys may also stand at the top: `users` and the rest of the load belong together. */
const openGroup = 'load'

/**
 * Reads parameters from an object that has the keys of a config file, such as `{ users: 60, load: { rate: '5/s' } }`. The keys of
 * the group `load` may stand at the top as well: `{ users: 60, rate: '5/s' }`. A key that is `undefined` or `null` is not set.
 *
 * @param given parameters as the caller wrote them
 * @returns the same as reading a config file: what is wrong is listed under `problems`
 */
export function readParameters(given: object): ConfigFile {
  const groups = groupsOf(configParameters)
  const open = new Map(
    configParameters.flatMap(({ key, path: [group] }) =>
      group === openGroup ? [[key.slice(openGroup.length + 1), key] as const] : [],
    ),
  )
  const seen = new Set<string>()
  const entries: Entry[] = []
  const collect = (key: string, value: unknown): void => {
    if (value === undefined || value === null) return
    entries.push({ key, offer: { value, source: fileSource('parameters') }, isAgain: seen.has(key) })
    seen.add(key)
  }
  for (const [name, value] of Object.entries(given)) {
    if (!groups.has(name) || typeof value !== 'object' || value === null || Array.isArray(value)) {
      collect(open.get(name) ?? name, value)
      continue
    }
    for (const [inner, innerValue] of Object.entries(value)) collect(`${name}.${inner}`, innerValue)
  }
  return sortEntries(entries, configParameters, groups)
}
