import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
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
})
