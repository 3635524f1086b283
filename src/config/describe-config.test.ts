import { describe, expect, it } from 'vitest'
import { processRedactor } from '../redaction/process-redactor.ts'
import { describeConfig, secretValues } from './describe-config.ts'
import type { Environment } from './environment-layer.ts'
import { flagsOf } from './flags-of.ts'
import { configParameters } from './load-test-config.ts'
import { testbedParameters } from './parameters/chain.ts'
import { parseConfigFile } from './read-config-file.ts'
import { resolveConfig } from './resolve-config.ts'
import { variablesOf } from './variables-of.ts'

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

describe('a URL that may hold an access key', () => {
  const flags = { '--fork': 'https://rpc.test/v2/secretkey12345' }

  it('is described without it, and is not one to ask for again', () => {
    const text = JSON.stringify(describeConfig(resolveConfig({ flags })))
    expect(text).not.toContain('secretkey')
    expect(JSON.parse(text).values['testbed.forkUrl'].value).toBe('https://rpc.test/***')
    const file = parseConfigFile(text, 'config.json', configParameters)
    expect(() => resolveConfig({ file })).toThrow(/testbed\.forkUrl .*allowed: a complete http or https URL/)
    expect(resolveConfig({ file, flags }).config.testbed.forkUrl).toBe(flags['--fork'])
  })

  it('is not repeated when it is wrong', () => {
    const wrong = () => resolveConfig({ flags: { '--fork': 'htps://rpc.test/v2/secretkey12345' } })
    expect(wrong).toThrow(/testbed\.forkUrl/)
    expect(wrong).not.toThrow(/secretkey/)
  })

  it('is known to the redaction by its key', () => {
    resolveConfig({ flags })
    expect(processRedactor.text('unknown key in POST /v2/secretkey12345')).toBe(
      'unknown key in POST /[redacted]',
    )
  })

  it('goes to another process by its environment, never by its arguments', () => {
    const { config } = resolveConfig({ flags: { ...flags, '--block-time': '6s' } })
    expect(flagsOf(testbedParameters, config.testbed)).toEqual(expect.arrayContaining(['--block-time', '6s']))
    expect(flagsOf(testbedParameters, config.testbed).join()).not.toContain('secretkey')
    expect(variablesOf(testbedParameters, config.testbed)).toEqual({ VANA_LOAD_FORK: flags['--fork'] })
  })
})

describe('secretValues', () => {
  it('lists every secret of a configuration', () => {
    expect(secretValues(resolveConfig({ environment })).toSorted()).toEqual([key, mnemonic].toSorted())
  })
})
