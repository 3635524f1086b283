import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildPrompt, joinFiles } from './prompt.ts'

const dashes = '-'.repeat(400)
const notice = "\n\n--- DATA TRUNCATED TO FIT MODEL'S CONTEXT WINDOW ---"
const codePoints = (text: string): number => [...text].length

describe('building a prompt', () => {
  it('puts one file between a newline and a line of dashes', () => {
    expect(joinFiles(['{"a":1}'])).toBe(`\n{"a":1}\n${dashes}\n`)
  })

  it('puts no newline between a file and the dashes before the next', () => {
    expect(joinFiles(['a', 'b'])).toBe(`\na${dashes}\nb\n${dashes}\n`)
  })

  it('fills every placeholder, and only the exact one', () => {
    expect(buildPrompt('{{data}}|{{ data }}|{{data}}', ['$&'])).toBe(
      `\n$&\n${dashes}\n|{{ data }}|\n$&\n${dashes}\n`,
    )
  })

  it('does not fill placeholders in the data', () => {
    expect(buildPrompt('x{{data}}', ['{{data}}'])).toBe(`x\n{{data}}\n${dashes}\n`)
  })

  it('leaves the data out without a placeholder', () => {
    expect(buildPrompt('nothing', ['a'])).toBe('nothing')
  })

  it('keeps data up to exactly 75,000 code points with the template, whatever their UTF-16 length', () => {
    const frame = codePoints(joinFiles([''])) + 'say '.length
    const fits = '😀'.repeat(75_000 - frame)
    const whole = buildPrompt('say {{data}}', [fits])
    expect(codePoints(whole)).toBe(75_000)
    expect(whole).toBe(`say ${joinFiles([fits])}`)
    const cut = buildPrompt('say {{data}}', [`${fits}😀`])
    expect(codePoints(cut)).toBe(75_000)
    expect(cut.endsWith(`-${notice}`)).toBe(true)
    const long = buildPrompt('say {{data}}', ['😀'.repeat(80_000)])
    expect(long).toBe(`say \n${'😀'.repeat(75_000 - 5 - notice.length)}${notice}`)
  })

  it('leaves the data empty when the template takes all the room', () => {
    expect(buildPrompt(`${'x'.repeat(75_000)}{{data}}`, ['abc'])).toBe('x'.repeat(75_000))
  })

  it('exceeds the limit with two placeholders', () => {
    expect(codePoints(buildPrompt('{{data}}{{data}}', ['x'.repeat(80_000)]))).toBe(150_000)
  })

  it('never exceeds the limit with one placeholder and a template that fits', () => {
    const sizes = fc.tuple(fc.nat(80_000), fc.nat(75_000), fc.constantFrom('x', '😀'))
    fc.assert(
      fc.property(sizes, ([data, template, character]) => {
        const prompt = buildPrompt(`${character.repeat(template)}{{data}}`, [character.repeat(data)])
        expect(codePoints(prompt)).toBeLessThanOrEqual(75_000)
      }),
      { numRuns: 30 },
    )
  })
})
