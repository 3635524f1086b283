import { describe, expect, it } from 'vitest'
import { describeConfig, secretValues } from './describe-config.ts'
import type { Environment } from './environment-layer.ts'
import { configParameters } from './load-test-config.ts'
import { parseConfigFile } from './read-config-file.ts'
import { resolveConfig } from './resolve-config.ts'

const key = `0x${'5e'.repeat(32)}`
const mnemonic = `${'secret '.repeat(11)}words`
const environment: Environment = new Map([
  ['VANA_LOAD_FUNDER_PRIVATE_KEY', { value: key }],
  ['VANA_LOAD_MNEMONIC', { value: mnemonic }],
])

describe('describeConfig', () => {
  it('gives every value and its source, and of a secret only that there is one', () => {
    const document = describeConfig(resolveConfig({ environment, flags: { '--rate': '0.5' } }))
    expect(document.values['load.rate']).toEqual({ value: '0.5/s', source: 'flag --rate' })
    expect(document.values['load.duration']).toEqual({ value: '2m', source: 'from users, rate and time' })
    expect(document.values['secrets.mnemonic']).toEqual({
      value: '[redacted]',
      source: 'environment VANA_LOAD_MNEMONIC',
    })
    expect(JSON.stringify(document)).not.toContain('5e5e')
    expect(JSON.stringify(document)).not.toContain('words')
  })

  it('is a config file that asks for the same again', () => {
    const flags = {
      '--preset': 'conservative',
      '--users': '700',
      '--max-fee': '12.5',
      '--part': '2/3',
      '--threshold': ['success >= 50%', 'flow.p95 < 1m'],
      '--prompt': 'Say: {{data}}',
      '--no-sweep': false,
    }
    const first = resolveConfig({ flags })
    const text = JSON.stringify(describeConfig(first))
    const again = resolveConfig({ file: parseConfigFile(text, 'config.json', configParameters) })
    expect(again.config).toEqual(first.config)
  })
})

describe('secretValues', () => {
  it('lists every secret of a configuration', () => {
    expect(secretValues(resolveConfig({ environment })).toSorted()).toEqual([key, mnemonic].toSorted())
  })
})
