import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMultipartReader, multipartBoundary } from './multipart.ts'

const boundary = 'frontier'

/** Feeds a body in pieces cut at the given places. */
function read(body: Buffer, cuts: readonly number[], maxJsonBytes = 1000) {
  const reader = createMultipartReader(boundary, maxJsonBytes)
  const media: Buffer[] = []
  const places = [0, ...[...cuts].sort((a, b) => a - b), body.length]
  for (const [i, end] of places.entries()) media.push(...reader.push(body.subarray(places[i - 1] ?? 0, end)))
  return { media: Buffer.concat(media), ...reader.finish() }
}

const compose = (json: string, mediaHead: string, media: Uint8Array, preamble = '', epilogue = '\r\n') =>
  Buffer.concat([
    Buffer.from(
      `${preamble}--${boundary}\r\nContent-Type: application/json\r\n\r\n${json}\r\n--${boundary}\r\n${mediaHead}\r\n`,
    ),
    media,
    Buffer.from(`\r\n--${boundary}--${epilogue}`),
  ])

test('gives back any media and JSON, however the body is cut', () => {
  // Content that is rich in what delimiters are made of.
  const piece = fc.constantFrom('\r', '\n', '\r\n', '--', '-', '\r\n--', '\r\n--front', 'frontier', 'x', '\0')
  const media = fc
    .oneof(
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
      fc.array(piece, { maxLength: 20 }).map((all) => Buffer.from(all.join(''))),
    )
    .filter((bytes) => !Buffer.concat([Buffer.from('\r\n'), bytes]).includes(`\r\n--${boundary}`))
  fc.assert(
    fc.property(
      media,
      fc.json().map((json) => json.slice(0, 200)),
      fc.array(fc.nat(400), { maxLength: 8 }),
      (bytes, json, cuts) => {
        fc.pre(!json.includes(boundary))
        const body = compose(json, 'Content-Type: a/b; c=d\r\n', bytes)
        const result = read(
          body,
          cuts.map((cut) => cut % body.length),
        )
        expect(result).toEqual({ media: bytes, json, mediaType: 'a/b; c=d' })
      },
    ),
    { numRuns: 500 },
  )
})

test('takes a preamble, an epilogue, and a part without headers', () => {
  const body = compose(
    '{}',
    '',
    Buffer.from('media'),
    'to be ignored\r\n',
    '\r\nignored as well\r\n--frontier\r\n',
  )
  expect(read(body, [5, 30])).toEqual({ media: Buffer.from('media'), json: '{}', mediaType: undefined })
  expect(read(compose('{}', '', Buffer.alloc(0)), []).media).toHaveLength(0)
})

test('never holds more of the media than might be a delimiter', () => {
  const reader = createMultipartReader(boundary, 1000)
  reader.push(compose('{}', '', Buffer.alloc(0)).subarray(0, -`\r\n--${boundary}--\r\n`.length))
  const sent = Buffer.from('abc\rdef\r\n--fron')
  const passedOn = Buffer.concat(reader.push(sent))
  expect(sent.length - passedOn.length).toBeLessThan(`\r\n--${boundary}`.length)
})

test('refuses JSON and headers past their limits as soon as they are past', () => {
  expect(() => read(compose('x'.repeat(51), '', Buffer.alloc(0)), [], 50)).toThrow(
    expect.objectContaining({ status: 413 }),
  )
  const reader = createMultipartReader(boundary, 50)
  const endless = () => reader.push(Buffer.from(`--${boundary}\r\nX: ${'y'.repeat(20_000)}`))
  expect(endless).toThrow(expect.objectContaining({ status: 400 }))
})

test('refuses media in another encoding rather than storing it as it is', () => {
  const body = compose('{}', 'Content-Transfer-Encoding: base64\r\n', Buffer.from('AAAA'))
  expect(() => read(body, [])).toThrow(expect.objectContaining({ status: 400 }))
})

test.each([
  ['multipart/related; boundary=abc', 'abc'],
  ['multipart/related;boundary="a b=c"', 'a b=c'],
  ['Multipart/Related; type="application/json"; Boundary=x', 'x'],
])('finds the boundary in %s', (header, expected) => {
  expect(multipartBoundary(header)).toBe(expected)
})

test.each([undefined, '', 'multipart/related', 'text/plain; boundary=x', 'multipart/related; boundary='])(
  'refuses a content type without one: %s',
  (header) => {
    expect(() => multipartBoundary(header)).toThrow(expect.objectContaining({ status: 400 }))
  },
)
