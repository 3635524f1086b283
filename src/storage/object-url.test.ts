import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeStrictly, googleEndpoint, objectNameFromUrl, publicObjectUrl } from './object-url.ts'

it('makes the URLs of the real service', () => {
  expect(publicObjectUrl(googleEndpoint, 'data', "a b/it's(1)ü.bin")).toBe(
    'https://storage.googleapis.com/data/a%20b/it%27s%281%29%C3%BC.bin',
  )
})

it('finds any name in its URL, with or without a signature', () => {
  // URLs normalise dots away like paths, so no URL can express such names.
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(name, (value) => {
      const url = publicObjectUrl('http://127.0.0.1:80', 'data', value)
      expect(objectNameFromUrl('http://127.0.0.1:80', 'data', url)).toBe(value)
      expect(objectNameFromUrl('http://127.0.0.1:80', 'data', `${url}?X-Goog-Signature=1#x`)).toBe(value)
    }),
  )
})

it('finds no name in a URL of another bucket or host, or in no URL', () => {
  for (const url of [
    'http://h/other/x',
    'http://h/data',
    'http://h/data/',
    'http://h/dataset/x',
    'http://h/data/%',
    'x',
  ]) {
    expect(objectNameFromUrl('http://h', 'data', url)).toBeUndefined()
  }
})

it('encodes every byte but unreserved characters, in capitals and reversibly', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      const encoded = encodeStrictly(text)
      expect(encoded).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/)
      expect(decodeURIComponent(encoded)).toBe(text)
      const unreserved = text.replace(/[^A-Za-z0-9\-._~]/g, '')
      expect(encoded.replace(/%[0-9A-F]{2}/g, '')).toBe(unreserved)
    }),
  )
})
