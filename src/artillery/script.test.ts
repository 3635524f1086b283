import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { describeConfig } from '../config/describe-config.ts'
import type { Flags } from '../config/flag-layer.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { renderScript } from './script.ts'

function scriptOf(form: 'users' | 'part', flags: Flags, env: Record<string, string> = {}): string {
  const environment = new Map(Object.entries(env).map(([name, value]) => [name, { value }]))
  const resolved = resolveConfig({ flags, environment })
  return renderScript(resolved.config, { form, settings: describeConfig(resolved).settings })
}

describe('the checked-in scripts', () => {
  it.each(['conservative', 'burst'])('match what the command writes for the preset %s', (preset) => {
    const file = new URL(`../../configs/${preset}-test.yml`, import.meta.url)
    expect(readFileSync(file, 'utf8')).toBe(scriptOf('users', { '--preset': preset }))
  })
})

it('makes a whole part of any load one virtual user', () => {
  const script = parse(scriptOf('part', { '--users': '50', '--batch-size': '5', '--part': '2/4' }))
  expect(script.config.phases).toEqual([{ name: 'part', duration: 1, arrivalCount: 1 }])
  expect(script.scenarios[0].flow).toEqual([{ function: 'part' }])
  expect(script.config.variables.vanaLoad.settings.load).toEqual({ batchSize: 5, part: '2/4' })
})

it('rejects batches if Artillery keeps the schedule, and suggests an alternative', () => {
  expect(() => scriptOf('users', { '--users': '50', '--batch-size': '5' })).toThrow(/--form part/)
})

it('writes no secret from the environment', () => {
  const key = `0x${'5e'.repeat(32)}`
  const script = scriptOf(
    'users',
    { '--users': '5' },
    { VANA_LOAD_FUNDER_PRIVATE_KEY: key, VANA_LOAD_RATE: '3' },
  )
  expect(script).not.toContain('5e5e')
  expect(parse(script).config.variables.vanaLoad.settings).toEqual({
    preset: 'smoke',
    users: 5,
    load: { rate: '3/s' },
  })
})
