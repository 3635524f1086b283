import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Environment } from './environment-layer.ts'
import { configParameters } from './load-test-config.ts'
import { presetNames, presets } from './presets.ts'
import { parseConfigFile } from './read-config-file.ts'
import { type ConfigSources, resolveConfig } from './resolve-config.ts'

const variables = (values: Record<string, string>): Environment =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value }]))
const fileOf = (text: string) => parseConfigFile(text, 'load.yml', configParameters)

function problemsOf(sources: ConfigSources): string[] {
  try {
    resolveConfig(sources)
  } catch (error) {
    return error instanceof Error ? error.message.split('\n').slice(1) : []
  }
  return []
}

describe('resolveConfig', () => {
  it('is the smoke preset against the embedded target when nothing is said', () => {
    const { config } = resolveConfig({})
    expect(config).toMatchObject({
      preset: 'smoke',
      target: 'local',
      users: 60,
      thresholds: ['success >= 99%'],
      load: { arrival: 'poisson', ratePerSecond: 2, durationMs: 30_000, part: { index: 0, count: 1 } },
      flow: { submission: 'direct' },
      wallets: { fundingWei: 10n ** 17n, sweep: true },
      limits: { allowMainnet: false, maxSpendWei: 66n * 10n ** 17n },
      output: { directory: 'results' },
      secrets: { mnemonic: undefined },
    })
  })

  it('has the presets that were asked for', () => {
    const of = (name: string) => resolveConfig({ flags: { '--preset': name } }).config
    const minutes = 60_000
    expect(of('conservative')).toMatchObject({
      users: 5_000,
      load: {
        concurrency: 200,
        rampUpMs: 10 * minutes,
        sustainMs: 40 * minutes,
        rampDownMs: 10 * minutes,
        durationMs: 60 * minutes,
      },
      thresholds: ['success >= 85%', 'flow.p95 < 45s'],
    })
    expect(of('burst')).toMatchObject({
      users: 12_500,
      load: {
        concurrency: 1_000,
        rampUpMs: 30 * minutes,
        sustainMs: 120 * minutes,
        rampDownMs: 30 * minutes,
        durationMs: 180 * minutes,
      },
    })
    expect(of('debug')).toMatchObject({ users: 1, load: { concurrency: 1 }, output: { verbose: true } })
  })

  it.each(presetNames)('gives %s a key of a parameter for every value', (name) => {
    const keys = configParameters.map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(Object.keys(presets[name].values)))
  })

  it('reads the batch load of milestone 4 and the streaming load of milestone 5 from their flags', () => {
    const batch = { '--users': '50', '--concurrency': '10', '--batch-size': '5', '--delay': '8' }
    expect(resolveConfig({ flags: batch }).config).toMatchObject({
      users: 50,
      load: { arrival: 'batch', concurrency: 10, batchSize: 5, batchDelayMs: 8_000 },
    })
    const stream = { '--users': '1000', '--rate': '3.0', '--duration': '15', '--concurrency': '50' }
    const { config, notes } = resolveConfig({ flags: stream })
    expect(config).toMatchObject({
      users: 1000,
      load: { arrival: 'poisson', ratePerSecond: 3, concurrency: 50 },
    })
    expect(notes).toHaveLength(1)
  })

  it('takes each value from the highest source that gives one, whichever do', () => {
    const sourceKinds = ['flag', 'environment', 'file', 'preset', 'default'] as const
    fc.assert(
      fc.property(fc.subarray(['flag', 'environment', 'file', 'preset']), (given) => {
        const has = (kind: string) => given.some((candidate) => candidate === kind)
        // `conservative` sets a concurrency of 200; for `output.directory` no preset says anything.
        const { config, sources } = resolveConfig({
          flags: has('flag') ? { '--concurrency': '11', '--out': 'a' } : {},
          environment: variables(
            has('environment') ? { VANA_LOAD_CONCURRENCY: '12', VANA_LOAD_OUT: 'b' } : {},
          ),
          file: has('file') ? fileOf('load: { concurrency: 13 }\noutput: { directory: c }') : undefined,
          defaultPreset: has('preset') ? 'conservative' : 'smoke',
        })
        const expected = {
          flag: 11,
          environment: 12,
          file: 13,
          preset: has('preset') ? 200 : 60,
          default: 50,
        }
        const winner = sourceKinds.find((kind) => has(kind)) ?? 'preset'
        expect(config.load.concurrency).toBe(expected[winner])
        expect(sources.get('load.concurrency')?.kind).toBe(winner)
        const directory = { flag: 'a', environment: 'b', file: 'c', preset: 'results', default: 'results' }
        expect(config.output.directory).toBe(directory[winner])
      }),
    )
  })

  it('lets flags name the preset over the environment, and the environment over the file', () => {
    const environment = variables({ VANA_LOAD_PRESET: 'burst' })
    const file = fileOf('preset: debug')
    expect(resolveConfig({ flags: { '--preset': 'conservative' }, environment, file }).config.preset).toBe(
      'conservative',
    )
    expect(resolveConfig({ environment, file }).config.preset).toBe('burst')
    expect(resolveConfig({ file }).config.preset).toBe('debug')
  })

  it('reports all problems at once, each with key, source, what was found and what is allowed', () => {
    const problems = problemsOf({
      flags: { '--users': 'many', '--arrival': 'random' },
      environment: variables({ VANA_LOAD_FUNDING: '-1', VANA_LOAD_USRES: '5', VANA_LOAD_PRESET: 'brust' }),
      file: fileOf('flow:\n  timeout: soon\n  tmeout: 5s\nload: 7\nsecrets:\n  mnemonic: test test'),
      problems: [{ key: '--usres', found: 'unknown flag', suggestion: '--users' }],
    })
    expect(problems).toEqual([
      '  - --usres: unknown flag; did you mean --users?',
      "  - preset (environment VANA_LOAD_PRESET): found 'brust'; allowed: smoke, debug, conservative, burst; did you mean burst?",
      '  - VANA_LOAD_USRES: unknown variable; did you mean VANA_LOAD_USERS?',
      '  - flow.tmeout (load.yml:3): unknown key; did you mean flow.timeout?',
      '  - load (load.yml:4): found one value; allowed: a group of keys',
      '  - secrets.mnemonic (load.yml:6): secrets do not belong in a config file: set VANA_LOAD_MNEMONIC or VANA_LOAD_MNEMONIC_FILE in the environment',
      "  - users (flag --users): found 'many'; allowed: a whole number from 1 to 10000000",
      "  - load.arrival (flag --arrival): found 'random'; allowed: poisson, constant, wave, replay, batch, at-once",
      "  - flow.timeout (load.yml:2): found 'soon'; allowed: a duration such as 90s, 15m or 1h30m, from 1ms to 168h (a bare number is seconds)",
      "  - wallets.funding (environment VANA_LOAD_FUNDING): found '-1'; allowed: an amount such as 0.1, 5gwei or 100wei (a bare number is VANA)",
    ])
  })

  it('names the key and the source of a load that can not be', () => {
    const flags = { '--users': '1000', '--rate': '0.5', '--duration': '15' }
    expect(problemsOf({ flags })[0]).toMatch(
      /^ {2}- users \(flag --users\): users, rate and time contradict each other/,
    )
  })

  it('refuses values that have no effect on the arrival that was chosen', () => {
    expect(problemsOf({ flags: { '--arrival': 'batch', '--rate': '5' } })).toEqual([
      '  - load.rate (flag --rate): has no effect on batch arrival: users, batch size, delay and concurrency decide',
    ])
    expect(problemsOf({ flags: { '--arrival': 'constant', '--batch-size': '5' } })).toHaveLength(1)
  })

  it('never shows the value of a secret', () => {
    const secret = 'not-a-key-but-secret'
    const problems = problemsOf({ environment: variables({ VANA_LOAD_FUNDER_PRIVATE_KEY: secret }) })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('found a hidden value')
    expect(problems[0]).not.toContain(secret)
  })

  it('knows the names that others give a variable, after its own', () => {
    const words = (word: string) => `${word} `.repeat(12).trim()
    const both = variables({ WALLET_MNEMONIC: words('theirs'), VANA_LOAD_MNEMONIC: words('ours') })
    expect(
      resolveConfig({ environment: variables({ WALLET_MNEMONIC: words('theirs') }) }).config.secrets.mnemonic,
    ).toBe(words('theirs'))
    expect(resolveConfig({ environment: both }).config.secrets.mnemonic).toBe(words('ours'))
  })

  it('takes an empty variable for one that is not set', () => {
    const { config, sources } = resolveConfig({ environment: variables({ VANA_LOAD_USERS: '' }) })
    expect(config.users).toBe(60)
    expect(sources.get('users')).toEqual({ kind: 'preset', name: 'smoke' })
  })

  it('lets the first relayer fund when there is no funder', () => {
    const keys = ['11', '22'].map((digits) => `0x${digits.repeat(32)}`)
    const { config } = resolveConfig({ environment: variables({ RELAYER_PRIVATE_KEY: keys.join(',') }) })
    expect(config.secrets).toMatchObject({ relayerPrivateKeys: keys, funderPrivateKey: keys[0] })
  })

  it('always has a spending cap: as asked, or what the users need and a tenth more', () => {
    expect(resolveConfig({ flags: { '--users': '10' } }).config.limits.maxSpendWei).toBe(11n * 10n ** 17n)
    const { config, notes } = resolveConfig({ flags: { '--users': '10', '--max-spend': '0.5' } })
    expect(config.limits.maxSpendWei).toBe(5n * 10n ** 17n)
    expect(notes[0]).toContain('0.5 VANA is less than 10 users x 0.1 = 1 VANA')
  })

  it('requires an explicit spending cap on mainnet', () => {
    expect(problemsOf({ flags: { '--allow-mainnet': true } })[0]).toContain('--max-spend')
    expect(problemsOf({ flags: { '--allow-mainnet': true, '--max-spend': '1' } })).toEqual([])
  })

  it('reports what is wrong with a threshold together with the rest', () => {
    const checkThreshold = (expression: string) =>
      expression.startsWith('success') ? [] : [{ message: 'there is no such metric', suggestion: 'flow.p95' }]
    const flags = { '--threshold': ['success >= 1%', 'flow.p96 < 45s'], '--users': '0' }
    expect(problemsOf({ flags, checkThreshold })).toEqual([
      expect.stringContaining('users (flag --users)'),
      "  - thresholds (flag --threshold): 'flow.p96 < 45s': there is no such metric; did you mean flow.p95?",
    ])
  })

  it('replaces the thresholds of the preset by those asked for, and by none', () => {
    const asked = resolveConfig({ flags: { '--threshold': ['success >= 90%', 'flow.p95 < 20s'] } })
    expect(asked.config.thresholds).toEqual(['success >= 90%', 'flow.p95 < 20s'])
    expect(resolveConfig({ flags: { '--threshold': ['none'] } }).config.thresholds).toEqual([])
  })
})
