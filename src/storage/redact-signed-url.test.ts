import fc from 'fast-check'
import { expect, it } from 'vitest'
import { redactSignedUrl } from './redact-signed-url.ts'

it('removes the signature and keeps the rest readable', () => {
  expect(redactSignedUrl('GET https://h/b/o?X-Goog-Date=1&X-Goog-Signature=ab12&generation=3 failed')).toBe(
    'GET https://h/b/o?X-Goog-Date=1&X-Goog-Signature=[redacted]&generation=3 failed',
  )
})

it.each([
  'https://h/o?X-Goog-Signature=SECRET',
  'https://h/o?x-goog-signature=SECRET#part',
  'https://h/o?a=b&Signature=SECRET',
  'https://h/o?a=b&amp;X-Goog-Signature=SECRET',
  '{"url":"https://h/o?X-Goog-Signature=SECRET\\u0026b=c"}',
  '<Details>X-Goog-Signature=SECRET</Details>',
  'https://proxy/?to=https%3A%2F%2Fh%2Fo%3FX-Goog-Signature%3DSECRET',
  'https://proxy/?to=https%3A%2F%2Fh%2Fo%3Fa%3Db%26X-Goog-Signature%3DSECRET',
  'https://proxy/?to=https%253A%252F%252Fh%253FX-Goog-Signature%253DSECRET',
  'https://h/upload?uploadType=resumable&upload_id=SECRET',
  'https://h/o?X-Amz-Signature=SECRET&X-Amz-Security-Token=SECRET',
  'two: https://h/o?Signature=SECRET https://h/p?Signature=SECRET',
])('removes it anywhere: %s', (text) => {
  expect(redactSignedUrl(text)).not.toContain('SECRET')
})

it('keeps a text without a secret', () => {
  for (const text of ['', 'nothing', 'https://h/Signature/o?my_signature=1', 'SignatureDoesNotMatch']) {
    expect(redactSignedUrl(text)).toBe(text)
  }
})

it('removes a signature from any surroundings', () => {
  const surroundings = fc.string({
    unit: fc.constantFrom('&', '?', '=', '%26', ' ', '\n', '"', 'a', '#', 'X-Goog-'),
    maxLength: 10,
  })
  const signature = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 64 })
  fc.assert(
    fc.property(surroundings, signature, surroundings, (before, hex, after) => {
      expect(redactSignedUrl(`${before}&X-Goog-Signature=${hex}${after}`)).not.toContain(hex)
    }),
  )
})
