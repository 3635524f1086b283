import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { Environment } from './environment-layer.ts'

/**
 * Reads the variables of the process and, beneath them, those of an env file.
 *
 * @param options.envFile a file that has to exist. @default `.env` in the working directory, where there is one
 * @throws LoadTestError CONFIG_INVALID when a file that was named does not exist
 */
export function readEnvironment(options: {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  envFile?: string | undefined
}): Environment {
  const { env, cwd, envFile } = options
  const path = resolve(cwd, envFile ?? '.env')
  const environment = new Map<string, { value: string; file?: string }>()
  if (existsSync(path)) {
    const file = envFile ?? '.env'
    for (const [name, value] of Object.entries(parseEnv(readFileSync(path, 'utf8')))) {
      if (value !== undefined) environment.set(name, { value, file })
    }
  } else if (envFile !== undefined) {
    throw new LoadTestError('CONFIG_INVALID', `The env file ${envFile} does not exist.`)
  }
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) environment.set(name, { value })
  }
  return environment
}
