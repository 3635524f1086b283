import { readFileSync } from 'node:fs'
import { envPrefix, type NamedParameter } from './parameter-names.ts'
import type { Problem } from './problem.ts'
import type { Layer, Offer, Source } from './source.ts'
import { suggest } from './suggest.ts'

/** Variables by name, each with where it was set. */
export type Environment = ReadonlyMap<string, { value: string; file?: string }>

/**
 * Turns environment variables into a layer of the configuration.
 *
 * An empty variable counts as not set. A secret may also be read from the file that `<NAME>_FILE` names. Variables that
 * begin as ours do and are not known are problems.
 *
 * @param known every variable that any command reads
 */
export function environmentLayer(
  parameters: readonly NamedParameter[],
  environment: Environment,
  known: readonly string[],
): { layer: Layer; problems: Problem[] } {
  const layer = new Map<string, Offer>()
  const problems: Problem[] = []
  for (const { key, parameter, env } of parameters) {
    const names = parameter.secret ? env.flatMap((name) => [name, `${name}_FILE`]) : env
    const name = names.find((candidate) => environment.get(candidate)?.value)
    const found = name === undefined ? undefined : environment.get(name)
    if (name === undefined || found === undefined) continue
    const source: Source = { kind: 'environment', name, ...(found.file ? { file: found.file } : {}) }
    const isFile = parameter.secret && name.endsWith('_FILE')
    const value = isFile ? readSecretFile(found.value) : found.value
    if (value !== undefined) layer.set(key, { value, source })
    else problems.push({ key, source, found: `the file ${found.value} can't be read or is empty` })
  }
  return { layer, problems: [...problems, ...unknownVariables(environment, known)] }
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

function unknownVariables(environment: Environment, known: readonly string[]): Problem[] {
  return [...environment.keys()]
    .filter((name) => name.startsWith(envPrefix) && !known.includes(name))
    .map((name) => ({ key: name, found: 'there is no such variable', suggestion: suggest(name, known) }))
}
