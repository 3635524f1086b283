import { describe, expect, it } from 'vitest'
import { readParameters } from './read-parameters.ts'
import { resolveConfig } from './resolve-config.ts'

const resolve = (given: object) => resolveConfig({ file: readParameters(given) }).config

describe('parameters in an object', () => {
  it('have the keys of a config file', () => {
    const config = resolve({ users: 40, load: { rate: '5/s' }, flow: { submission: 'relayed' } })
    expect(config).toMatchObject({ users: 40, load: { ratePerSecond: 5 }, flow: { submission: 'relayed' } })
  })

  it('may have the keys of the load at the top', () => {
    expect(resolve({ users: 40, rate: 5 })).toEqual(resolve({ users: 40, load: { rate: '5/s' } }))
  })

  it('are not set when they are undefined', () => {
    expect(resolve({ users: 40, rate: undefined, load: undefined })).toEqual(resolve({ users: 40 }))
  })

  it('are refused, all at once, when unknown, wrong or given twice', () => {
    const given = { users: 'many', concurency: 3, rate: 5, load: { rate: 6 }, flow: 'fast' }
    for (const part of ["found 'many'", 'concurrency', 'given twice', 'a group of keys']) {
      expect(() => resolve(given)).toThrow(part)
    }
    expect(() => resolve({ secrets: { mnemonic: 'test test' } })).toThrow('VANA_LOAD_MNEMONIC')
  })
})
