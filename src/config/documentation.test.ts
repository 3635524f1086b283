import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { knownVariables } from './known-variables.ts'
import { parseEnvFile } from './parse-env-file.ts'
import { renderEnvExample, renderReference } from './render-parameters.fixture.ts'

const manual = new URL('../../docs/configuration.md', import.meta.url)
const envExample = new URL('../../.env.example', import.meta.url)
const begin =
  '<!-- The tables below are made from src/config; `npx vitest run src/config -u` renews them. -->'
const end = '<!-- End of the tables. -->'

describe('the documentation of the configuration', () => {
  it('has every parameter in the manual, as it is', async () => {
    const text = readFileSync(manual, 'utf8')
    const before = text.slice(0, text.indexOf(begin))
    const after = text.slice(text.indexOf(end))
    expect(before.length > 0 && after.length >= end.length, 'the markers of the tables').toBe(true)
    await expect(`${before}${begin}\n\n${renderReference()}\n\n${after}`).toMatchFileSnapshot(manual.pathname)
  })

  it('has every variable in .env.example, as it is', async () => {
    await expect(renderEnvExample()).toMatchFileSnapshot(envExample.pathname)
  })

  it('has every variable that is read in .env.example, once', () => {
    const text = renderEnvExample()
    const named = [...text.matchAll(/^#([A-Z_]+)=/gm)].map(([, name = '']) => name)
    const also = [...text.matchAll(/^# Also read(?: for \w+)?: (.*)\.$/gm)].flatMap(([, names = '']) =>
      names.split(', '),
    )
    const files = new Set(knownVariables().filter((name) => name.endsWith('_FILE')))
    const secretFiles = [...named, ...also].map((name) => `${name}_FILE`).filter((name) => files.has(name))
    expect([...new Set([...named, ...also, ...secretFiles])].sort()).toEqual(
      [...new Set(knownVariables())].sort(),
    )
    expect(named).toHaveLength(new Set(named).size)
  })

  it('names every other variable of the process that is read', () => {
    const folder = fileURLToPath(new URL('../', import.meta.url))
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?<!\.test|\.fixture)\.ts$/.test(name),
    )
    const read = sources.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/\benv\.([A-Z][A-Z_]+)\b/g)].map(
        ([, one = '']) => one,
      ),
    )
    // Where programs are, and what terminal this is.
    const ofTheSystem = ['PATH', 'TERM']
    const text = renderEnvExample()
    expect(read.length).toBeGreaterThan(3)
    expect(read.filter((name) => !ofTheSystem.includes(name) && !text.includes(name))).toEqual([])
  })

  it('has an example file that is read as it is, and with every comment sign taken off', () => {
    const text = renderEnvExample()
    expect(parseEnvFile(text)).toEqual({ variables: [], problems: [] })
    const { variables, problems } = parseEnvFile(text.replaceAll(/^#(?=[A-Z_]+=)/gm, ''))
    expect([variables.length > 100, problems]).toEqual([true, []])
  })
})
