import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { configParameters } from './load-test-config.ts'
import { readConfigFile } from './read-config-file.ts'
import { resolveConfig } from './resolve-config.ts'
import { readTarget } from './resolve-target.ts'

const folder = fileURLToPath(new URL('../../configs/', import.meta.url))
const files = readdirSync(folder).filter((name) => name.includes('.example.'))

describe('the example files', () => {
  it.each(files.filter((name) => name.endsWith('.yml')))('%s is a config file without a mistake', (name) => {
    const file = readConfigFile(folder + name, configParameters)
    expect(resolveConfig({ file }).sources.get('users')?.kind).toBe('file')
  })

  it.each(files.filter((name) => name.endsWith('.json')))('%s is a target document', (name) => {
    expect(readTarget(folder + name).name).toBe('staging')
  })
})
