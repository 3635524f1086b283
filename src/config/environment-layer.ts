import { existsSync } from 'node:fs'
import { readTextFile } from '../files/read-text-file.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import type { NamedParameter } from './parameter-names.ts'
import type { Problem } from './problem.ts'
import { fileSource, type Layer, type Offer, type Source } from './source.ts'
import { suggest } from './suggest.ts'

/** Variables by name, each with where it was set. */
export type Environment = ReadonlyMap<string, Variable>

type Variable = { value: string; file?: string | undefined; line?: number | undefined }

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
    const source = variableSource(name, found)
    if (!parameter.secret || !name.endsWith('_FILE')) {
      layer.set(key, { value: found.value, source })
      continue
    }
    const secret = readSecretFile(found.value)
    // Where there is no such file, the name may be the secret.
    if (!existsSync(found.value)) processRedactor.register(found.value)
    if ('value' in secret) layer.set(key, { value: secret.value, source })
    else problems.push({ key, source, found: secret.problem })
  }
  return { layer, problems: [...problems, ...unknownVariables(environment, known)] }
}

/**
 * Reads the file of a secret whole, but for a newline at its end.
 *
 * The problem names the file only if something of that name exists: a name that does not may be the secret itself, set in
 * the wrong variable.
 */
function readSecretFile(path: string): { value: string } | { problem: string } {
  const read = readTextFile(path, { maxBytes: 2 ** 20 })
  if (read.problem !== undefined) {
    return {
      problem: read.isMissing
        ? 'the file that it names does not exist'
        : `the file ${path} can't be read: ${read.problem}`,
    }
  }
  const value = read.text.replace(/\r?\n$/, '')
  return value === '' ? { problem: `the file ${path} is empty` } : { value }
}

/** Where a variable was set. */
export function variableSource(name: string, { file, line }: Variable): Source {
  return { kind: 'environment', name, file, line }
}

/** Near misses of the prefix, such as `vana_load_rate`, are meant for us as well. */
const prefixLike = /^vana[-_.]?load[-_.]/i

function unknownVariables(environment: Environment, known: readonly string[]): Problem[] {
  return [...environment]
    .filter(([name]) => prefixLike.test(name) && !known.includes(name))
    .map(([name, { file, line }]) => ({
      key: name,
      source: file === undefined ? undefined : fileSource(file, line),
      found: 'unknown variable',
      suggestion: suggest(name, known),
    }))
}
