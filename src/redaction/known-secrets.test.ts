import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKnownSecrets } from './known-secrets.ts'

function knownOf(...texts: string[]) {
  const known = createKnownSecrets()
  known.add(texts.map((text) => ({ text })))
  return { replace: (text: string) => known.replace(text, '*') }
}

describe('known secrets', () => {
  it('are removed like by a split at each of them', () => {
    const secret = fc.stringMatching(/^[a-c]{8,15}$/)
    const text = fc.array(fc.oneof(secret, fc.stringMatching(/^[a-c ]{0,9}$/)), { maxLength: 8 })
    fc.assert(
      fc.property(secret, text, (secret, parts) => {
        const joined = [...parts, secret].join('')
        expect(knownOf(secret).replace(joined)).toBe(joined.split(secret).join('*'))
      }),
    )
  })

  it('are removed longest first if they have the same beginning', () => {
    const { replace } = knownOf('abcdefgh', 'abcdefghij', 'abcd')
    expect(replace('x abcdefghij abcdefghx abcd abcdx')).toBe('x * *x * abcdx')
  })

  it('are removed if truncated, down to ten characters', () => {
    const { replace } = knownOf('0123456789abcdef0123')
    expect(replace('0123456789abcde…')).toBe('*…')
    expect(replace('0123456789…')).toBe('*…')
    expect(replace('012345678…')).toBe('012345678…')
  })

  it('that are mnemonics are removed down to three words, with any spacing', () => {
    const { replace } = knownOf('legal winner thank year wave sausage')
    expect(replace('legal\n  winner\tthank year WAVE sausage.')).toBe('*.')
    expect(replace('legal winner thank ye…')).toBe('*…')
    expect(replace('a legal winner')).toBe('a legal winner')
  })

  it('that are JSON are removed only as a whole, since harmless texts have the same beginning', () => {
    const { replace } = knownOf('{"type":"service_account","private_key":"x"}')
    expect(replace('{"type":"service_account","private_key":"x"}')).toBe('*')
    expect(replace('{"type":"sent"}')).toBe('{"type":"sent"}')
  })

  it('that are short words are removed only as whole words', () => {
    const { replace } = knownOf('user1')
    expect(replace('user1, "user1" and user12')).toBe('*, "*" and user12')
  })
})
