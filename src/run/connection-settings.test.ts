import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../config/resolve-config.ts'
import type { Target } from '../config/target.ts'
import { connectionSettings } from './connection-settings.ts'

const confirmations = (embedded: Target['embedded'], flags: Record<string, string> = {}) =>
  connectionSettings(resolveConfig({ flags }).config, { embedded } as Target, 'run').confirmations

describe('what a configuration asks of the client', () => {
  it('is one confirmation where the chain is embedded, and two elsewhere', () => {
    expect(confirmations(['chain', 'storage'])).toBe(1)
    expect(confirmations(['storage'])).toBe(2)
  })

  it('is as many confirmations as are asked for, on any chain', () => {
    expect(confirmations(['chain'], { '--confirmations': '5' })).toBe(5)
    expect(confirmations([], { '--confirmations': '1' })).toBe(1)
  })
})
