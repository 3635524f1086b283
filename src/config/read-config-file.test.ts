import { describe, expect, it } from 'vitest'
import { configParameters } from './load-test-config.ts'
import { parseConfigFile, readConfigFile } from './read-config-file.ts'
import { resolveConfig } from './resolve-config.ts'

const parse = (text: string) => parseConfigFile(text, 'load.yml', configParameters)

describe('readConfigFile', () => {
  it('reads YAML and JSON alike, with the line of every key', () => {
    const yaml = parse('preset: burst\nload:\n  # in minutes\n  rampUp: 5\n')
    expect(yaml.preset?.value).toBe('burst')
    expect(yaml.layer.get('load.rampUp')).toEqual({
      value: '5',
      source: { kind: 'file', path: 'load.yml', line: 4 },
    })
    expect(parse('{\n "users": 7,\n "thresholds": ["success >= 1%"]\n}').layer.get('thresholds')).toEqual({
      value: ['success >= 1%'],
      source: { kind: 'file', path: 'load.yml', line: 3 },
    })
  })

  it('is content with an empty file and takes a key without a value for one that is not set', () => {
    expect(parse('').layer.size).toBe(0)
    expect(parse('users:\nload:\n').layer.size).toBe(0)
  })

  it.each([
    '1.10',
    '3e5',
    '007',
    '12e4567',
    'yes',
    '0x10',
    '1:30',
    '2026-01-01',
    'null',
    '~',
    '.inf',
    '1_000',
  ])('takes %s for the text that it is', (text) => {
    const { layer } = parse(`label: ${text}\nseed: ${text} # as it is\n`)
    expect([layer.get('label')?.value, layer.get('seed')?.value]).toEqual([text, text])
    const flags = { '--label': text, '--seed': text }
    const { config } = resolveConfig({ file: parse(`label: ${text}\nseed: ${text}`) })
    expect(config).toMatchObject({ label: text, seed: text })
    expect(config.seed).toBe(resolveConfig({ flags }).config.seed)
  })

  it('takes the word for nothing for a key that is not set, where it is no value', () => {
    for (const text of ['users: null\nload:\n  rate: ~\n', 'load: ~\nflow: null']) {
      expect(parse(text)).toMatchObject({ layer: new Map(), problems: [] })
    }
    expect(parse('{ "label": null, "users": null }').layer.size).toBe(0)
  })

  it('keeps every digit of JSON, and reads its numbers with an exponent', () => {
    const { layer } = parse('{"label": 12345678901234567890, "users": 1e3, "load": {"rate": 1.50}}')
    expect([...layer].map(([key, { value }]) => [key, value])).toEqual([
      ['label', '12345678901234567890'],
      ['users', '1000'],
      ['load.rate', '1.50'],
    ])
  })

  it('follows an alias, and refuses those that have no end', () => {
    const { layer } = parse('users: &n 5\nseed: *n\nload: { concurrency: *n }')
    expect([...layer.values()].map(({ value }) => value)).toEqual(['5', '5', '5'])
    const bomb = ['a: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++)
      bomb.push(
        `b${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      )
    for (const text of [bomb.join('\n'), 'label: &l [*l]', '['.repeat(50_000), '- '.repeat(50_000)]) {
      expect(() => parse(text)).toThrow(/too many values, or nested too deep/)
    }
    expect(() => parse('users: *nope')).toThrow(/there is no anchor &nope/)
  })

  it('refuses what it would have to leave out', () => {
    expect(() => parse('users: !!int 5')).toThrow(/Unresolved tag/)
    expect(parse('load.rate: 5\nload:\n  rate: 6\n').problems).toMatchObject([
      { key: 'load.rate', found: 'given twice', source: { line: 3 } },
    ])
  })

  it('says what is wrong with a file that is no config file', () => {
    expect(() => parse('a: [1')).toThrow(/load\.yml is not valid YAML or JSON/)
    expect(() => parse('- users')).toThrow(/does not contain keys and values/)
    expect(() => parse('users: 1\nusers: 2')).toThrow(/Map keys must be unique/)
    expect(() => readConfigFile('/does/not/exist.yml', configParameters)).toThrow(/there is no such file/)
    for (const [path, why] of [
      ['.', /config file \. can't be read: it is a directory/],
      ['/dev/zero', /larger than 1 MiB/],
    ] as const) {
      expect(() => readConfigFile(path, configParameters)).toThrow(why)
    }
  })

  it('reports keys that are not there, with what was probably meant', () => {
    const { problems } = parse('rate: 5\nload:\n  rampup: 1\nartillery: {}\n')
    expect(problems.map(({ key, suggestion }) => [key, suggestion])).toEqual([
      ['rate', 'load.rate'],
      ['load.rampup', 'load.rampUp'],
      ['artillery', undefined],
    ])
  })
})
