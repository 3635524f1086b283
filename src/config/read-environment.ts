import { resolve } from 'node:path'
import { LoadTestError } from '../errors/load-test-error.ts'
import { readTextFile } from '../files/read-text-file.ts'
import { learnVariables } from '../redaction/process-redactor.ts'
import type { Environment } from './environment-layer.ts'
import { knownVariables } from './known-variables.ts'
import { envPrefix } from './parameter-names.ts'
import { parseEnvFile } from './parse-env-file.ts'
import { throwProblems } from './problem.ts'
import { fileSource } from './source.ts'

type Variable = { value: string; file?: string | undefined; line?: number | undefined }

/**
 * Reads the variables of the process and, beneath them, those of an env file.
 *
 * @param options.envFile a file that has to exist. @default `.env` in the working directory, where there is one
 * @throws LoadTestError CONFIG_INVALID when a file that was named does not exist, and for every line of an env file
 * that can't be read
 */
export function readEnvironment(options: {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  envFile?: string | undefined
}): Environment {
  const { env, cwd, envFile } = options
  const file = envFile ?? '.env'
  const read = readTextFile(resolve(cwd, file), { maxBytes: 2 ** 20 })
  const isAbsent = envFile === undefined && read.problem !== undefined && read.isMissing
  if (read.problem !== undefined && !isAbsent) {
    throw new LoadTestError('CONFIG_INVALID', `The env file ${file} can't be read: ${read.problem}.`, {
      hint: 'Choose another file with --env, or /dev/null for none.',
    })
  }
  const environment = parseVariables(read.text ?? '', file)
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) environment.set(name, { value })
  }
  learnVariables(Object.entries(env))
  return environment
}

function parseVariables(text: string, file: string): Map<string, Variable> {
  const { variables, problems } = parseEnvFile(text)
  learnVariables(variables.map(({ name, value }) => [name, value]))
  const environment = new Map<string, Variable>()
  const ours = new Set(knownVariables())
  const twice = variables.flatMap(({ name, value, line }) => {
    const earlier = environment.get(name)
    environment.set(name, { value, file, line })
    const isOurs = ours.has(name) || name.startsWith(envPrefix)
    return earlier === undefined || earlier.value === value || !isOurs
      ? []
      : [{ key: name, source: fileSource(file, line), found: `line ${earlier.line} sets another value` }]
  })
  const unread = problems.map(({ line, found }) => ({ key: `${file}:${line}`, found }))
  throwProblems([...unread, ...twice], 'docs/configuration.md says how env files are read.')
  return environment
}
