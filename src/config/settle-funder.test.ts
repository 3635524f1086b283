import { describe, expect, it } from 'vitest'
import { resolveConfig } from './resolve-config.ts'

const keys = ['11', '22', '33'].map((digits) => `0x${digits.repeat(32)}`)
const [first = '', second = '', third = ''] = keys

/** The funder, its source, and the note about the parts. */
function resolve(given: Record<string, string>, flags: Record<string, string> = {}) {
  const environment = new Map(Object.entries(given).map(([name, value]) => [`VANA_LOAD_${name}`, { value }]))
  const { config, sources, notes } = resolveConfig({ flags: { '--target': 'moksha', ...flags }, environment })
  return {
    funder: config.secrets.funderPrivateKey,
    source: sources.get('secrets.funderPrivateKey'),
    notes: notes.filter((note) => note.startsWith('This is part')),
  }
}

describe('the funder', () => {
  it('is that of the part, of as many as there are parts', () => {
    const given = { FUNDER_PRIVATE_KEYS: keys.join(','), FUNDER_PRIVATE_KEY: first }
    const funders = ['1/3', '2/3', '3/3'].map((part) => resolve(given, { '--part': part }))
    expect(funders.map(({ funder }) => funder)).toEqual(keys)
    expect(funders.flatMap(({ notes }) => notes)).toEqual([])
    expect(resolve(given, { '--part': '2/2' })).toMatchObject({
      funder: second,
      source: { kind: 'derived', from: 'the funder of part 2' },
    })
  })

  it.each([
    ['too few', `${first},${second}`],
    ['one twice', `${first},${second},${second}`],
    ['one twice among enough', `${first},${second},${third},${first}`],
  ])('is none while parts would share one: %s', (_how, list) => {
    const ask = (flags: Record<string, string>) => resolve({ FUNDER_PRIVATE_KEYS: list }, flags)
    expect(() => ask({ '--part': '1/3' })).toThrow(/different keys for 3 parts/)
    expect(() => ask({ '--part': '1/3' })).not.toThrow(first)
    expect(ask({ '--part': '1/3', '--submission': 'relayed' }).funder).toBe(first)
    expect(ask({}).funder).toBe(first)
  })

  it('is warned of where a part has one that others may have, too', () => {
    const flags = { '--part': '1/3' }
    const given = { FUNDER_PRIVATE_KEY: third }
    expect(resolve(given, flags)).toMatchObject({
      funder: third,
      notes: [expect.stringContaining('VANA_LOAD_FUNDER_PRIVATE_KEYS')],
    })
    expect(resolve(given, { ...flags, '--submission': 'relayed' }).notes).toEqual([])
    expect(resolve(given, { ...flags, '--target': 'local' }).notes).toEqual([])
    expect(resolve(given).notes).toEqual([])
  })

  it('of a load that is not split is the one that is named, else the first of several, else of the relayers', () => {
    const [FUNDER_PRIVATE_KEY, FUNDER_PRIVATE_KEYS, RELAYER_PRIVATE_KEYS] = [
      first,
      `${second},${third}`,
      third,
    ]
    const all = { FUNDER_PRIVATE_KEY, FUNDER_PRIVATE_KEYS, RELAYER_PRIVATE_KEYS }
    expect(resolve(all).funder).toBe(first)
    expect(resolve({ FUNDER_PRIVATE_KEYS, RELAYER_PRIVATE_KEYS }).funder).toBe(second)
    expect(resolve({ RELAYER_PRIVATE_KEYS }).funder).toBe(third)
    expect(resolve({}).funder).toBeUndefined()
  })
})
