import { describe, expect, it } from 'vitest'
import { configParameters } from './load-test-config.ts'
import { parseConfigFile, readConfigFile } from './read-config-file.ts'

const parse = (text: string) => parseConfigFile(text, 'load.yml', configParameters)

describe('readConfigFile', () => {
  it('reads YAML and JSON alike, with the line of every key', () => {
    const yaml = parse('preset: burst\nload:\n  # in minutes\n  rampUp: 5\n')
    expect(yaml.preset?.value).toBe('burst')
    expect(yaml.layer.get('load.rampUp')).toEqual({
      value: 5,
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

  it('says what is wrong with a file that is no config file', () => {
    expect(() => parse('a: [1')).toThrow(/load\.yml is neither YAML nor JSON/)
    expect(() => parse('- users')).toThrow(/does not hold keys and values/)
    expect(() => parse('users: 1\nusers: 2')).toThrow(/Map keys must be unique/)
    expect(() => readConfigFile('/does/not/exist.yml', configParameters)).toThrow(/can't be read/)
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
