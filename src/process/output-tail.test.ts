import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createOutputTail } from './output-tail.ts'

const collect = (keepLines = 50, maxLineLength?: number) => {
  const seen: string[] = []
  return { seen, tail: createOutputTail(keepLines, (line) => seen.push(line), maxLineLength) }
}

it('assembles whole lines from any pieces of output', () => {
  const line = fc.stringMatching(/^[a-z ]{0,8}$/)
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(60)), (lines, cuts) => {
      const text = lines.map((each) => `${each}\n`).join('')
      const edges = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length]
      const { seen, tail } = collect(1_000)
      for (const [index, edge] of edges.entries()) tail.write(text.slice(edges[index - 1] ?? 0, edge))
      expect(seen).toEqual(lines)
      expect(tail.lines()).toEqual(lines)
    }),
  )
})

it('keeps only the last lines, including the unfinished one', () => {
  const { seen, tail } = collect(2)
  tail.write('one\ntwo\nthree\nfour')
  expect(seen).toEqual(['one', 'two', 'three'])
  expect(tail.lines()).toEqual(['three', 'four'])
})

it('strips Windows line ends', () => {
  const { seen, tail } = collect()
  tail.write('one\r')
  tail.write('\ntwo\r\n')
  expect(seen).toEqual(['one', 'two'])
})

it('truncates an endless line to the maximum length', () => {
  const { seen, tail } = collect(50, 4)
  for (let piece = 0; piece < 100; piece++) tail.write('ab')
  expect(tail.lines()).toEqual(['abab'])
  tail.write('\n')
  expect(seen).toEqual(['abab'])
})
