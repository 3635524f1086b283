import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEnvFile } from './parse-env-file.ts'

const valuesOf = (text: string) => {
  const { variables, problems } = parseEnvFile(text)
  expect(problems).toEqual([])
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]))
}
const problemsOf = (text: string) => parseEnvFile(text).problems

describe('parseEnvFile', () => {
  it.each([
    ['A=b', 'b'],
    ['  export A = b  ', 'b'],
    ['A=', ''],
    ['A=pa#ss word', 'pa#ss word'],
    ['A=pa#ss # a comment', 'pa#ss'],
    ['A=b\t# a comment', 'b'],
    ['A=#b', '#b'],
    ['A= # a comment', ''],
    ['A=b=c==', 'b=c=='],
    ["A=it's", "it's"],
    ['A=b"c"', 'b"c"'],
    ['A=a\\nb', 'a\\nb'],
    ['A=" b # c " # a comment', ' b # c '],
    ["A=' \\n $HOME '", ' \\n $HOME '],
    ['A=`say "it\'s"`', 'say "it\'s"'],
    ['A="one\\ntwo\\\\n \\"three\\" \\t"', 'one\ntwo\\n "three" \\t'],
    ['A="one\n two # three\n"', 'one\n two # three\n'],
    ['A=\'{"a": 1}\'', '{"a": 1}'],
    ['A="-----BEGIN\nQUJD\nQQ==\n-----END"', '-----BEGIN\nQUJD\nQQ==\n-----END'],
    ['A=\u2028b', 'b'],
  ])('%j gives %j', (text, value) => {
    expect(valuesOf(text)).toEqual({ A: value })
    expect(valuesOf(`# first\r\n\r\n${text}\r\nB=2\r\n`)).toEqual({ A: value, B: '2' })
  })

  it('keeps the line of every variable', () => {
    expect(parseEnvFile('\nA=1\r\n\rB="\n\n"\nC=3').variables).toEqual([
      { name: 'A', value: '1', line: 2 },
      { name: 'B', value: '\n\n', line: 4 },
      { name: 'C', value: '3', line: 7 },
    ])
  })

  it.each(['=x', 'foo bar', 'foo', 'foo: bar', '1A=b', 'a b=c', 'export A', '<html>', '{"A": 1}'])(
    'refuses %j',
    (text) => {
      expect(problemsOf(`A=1\n${text}\nB=2`)).toEqual([
        { line: 2, found: 'not a variable: write NAME=value, or start a comment with #' },
      ])
    },
  )

  it('refuses a quote that is never closed, where it opens', () => {
    expect(problemsOf('A="b\nc')).toEqual([{ line: 1, found: 'the quote " that opens here is never closed' }])
  })

  it('refuses an open quote at the next variable, and reads on there', () => {
    const { variables, problems } = parseEnvFile("A='b\nVANA_LOAD_MAX_SPEND=0.5\nB='c'\nfoo bar")
    expect(variables.map(({ name }) => name)).toEqual(['VANA_LOAD_MAX_SPEND', 'B'])
    expect(problems).toMatchObject([
      { line: 1, found: expect.stringContaining('not closed before line 2') },
      { line: 4 },
    ])
  })

  it('refuses what follows a closing quote, and repeats nothing of it', () => {
    for (const text of ['A="se"cret', "A='se' cret", 'A="se"#cret']) {
      const [problem] = problemsOf(text)
      expect(problem).toMatchObject({ line: 1, found: expect.stringContaining('after the closing quote') })
      expect(problem?.found).not.toContain('cret')
    }
  })

  it('reads back any text that is quoted, and says something of every line', () => {
    const name = fc.constantFrom('VANA_LOAD_LABEL', 'lower', 'A')
    fc.assert(
      fc.property(name, fc.string({ unit: 'grapheme' }), (key, value) => {
        const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
        expect(valuesOf(`${key}="${escaped.replaceAll('\r', '\\r')}"`)).toEqual({ [key]: value })
      }),
    )
    const line = fc.oneof(
      fc.constantFrom('A=1', 'B="2', "C='3'", '# x', '', 'foo', 'D="4"', '"', 'export E=5'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { variables, problems } = parseEnvFile(lines.join('\n'))
        const seen = new Set([...variables, ...problems].map((one) => one.line))
        const first = lines.join('\n').split(/\r\n|\n|\r/)
        const start = first.findIndex((text) => text.trim() !== '' && !text.trim().startsWith('#'))
        expect(start < 0 ? seen.size === 0 : seen.has(start + 1)).toBe(true)
      }),
    )
  })
})
