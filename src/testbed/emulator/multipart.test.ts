import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MultipartReader, multipartBoundary } from './multipart.ts'

const boundary = 'frontier'
const contentType = `multipart/related; boundary=${boundary}`

/** Feeds a body in pieces cut at the given places. */
function read(body: Buffer, cuts: readonly number[]) {
  const reader = new MultipartReader(contentType)
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

it('returns any media and JSON, however the body is cut', () => {
  // Content full of pieces of a delimiter.
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

it('accepts a preamble, an epilogue, and a part without headers', () => {
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

it('holds back no more of the media than might be a delimiter', () => {
  const reader = new MultipartReader(contentType)
  reader.push(compose('{}', '', Buffer.alloc(0)).subarray(0, -`\r\n--${boundary}--\r\n`.length))
  const sent = Buffer.from('abc\rdef\r\n--fron')
  const passedOn = Buffer.concat(reader.push(sent))
  expect(sent.length - passedOn.length).toBeLessThan(`\r\n--${boundary}`.length)
})

it('refuses JSON and headers as soon as they exceed their limits', () => {
  expect(() => read(compose('x'.repeat(2 ** 20 + 1), '', Buffer.alloc(0)), [])).toThrow(
    expect.objectContaining({ status: 413 }),
  )
  const reader = new MultipartReader(contentType)
  const endless = () => reader.push(Buffer.from(`--${boundary}\r\nX: ${'y'.repeat(20_000)}`))
  expect(endless).toThrow(expect.objectContaining({ status: 400 }))
})

it('refuses encoded media', () => {
  const body = compose('{}', 'Content-Transfer-Encoding: base64\r\n', Buffer.from('AAAA'))
  expect(() => read(body, [])).toThrow(expect.objectContaining({ status: 400 }))
})

it.each([
  ['multipart/related; boundary=abc', 'abc'],
  ['multipart/related;boundary="a b=c"', 'a b=c'],
  ['Multipart/Related; type="application/json"; Boundary=x', 'x'],
])('finds the boundary in %s', (header, expected) => {
  expect(multipartBoundary(header)).toBe(expected)
})

it.each([undefined, '', 'multipart/related', 'text/plain; boundary=x', 'multipart/related; boundary='])(
  'refuses a content type without a boundary: %s',
  (header) => {
    expect(() => multipartBoundary(header)).toThrow(expect.objectContaining({ status: 400 }))
  },
)
