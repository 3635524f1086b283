import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createOutputTail } from './output-tail.ts'

const collect = (keepLines = 50, maxLineLength?: number) => {
  const seen: string[] = []
  return { seen, tail: createOutputTail(keepLines, (line) => seen.push(line), maxLineLength) }
}

it('lines are whole, however the output is cut into pieces', () => {
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

it('only the last lines are remembered, the unfinished one among them', () => {
  const { seen, tail } = collect(2)
  tail.write('one\ntwo\nthree\nfour')
  expect(seen).toEqual(['one', 'two', 'three'])
  expect(tail.lines()).toEqual(['three', 'four'])
})

it('the ends of lines of Windows are left out', () => {
  const { seen, tail } = collect()
  tail.write('one\r')
  tail.write('\ntwo\r\n')
  expect(seen).toEqual(['one', 'two'])
})

it('a line without end takes no more room than the longest line may', () => {
  const { seen, tail } = collect(50, 4)
  for (let piece = 0; piece < 100; piece++) tail.write('ab')
  expect(tail.lines()).toEqual(['abab'])
  tail.write('\n')
  expect(seen).toEqual(['abab'])
})
