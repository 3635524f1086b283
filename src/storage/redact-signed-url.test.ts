import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactSignedUrl } from './redact-signed-url.ts'

test('takes the signature and leaves the rest to be read', () => {
  expect(redactSignedUrl('GET https://h/b/o?X-Goog-Date=1&X-Goog-Signature=ab12&generation=3 failed')).toBe(
    'GET https://h/b/o?X-Goog-Date=1&X-Goog-Signature=[redacted]&generation=3 failed',
  )
})

test.each([
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
])('takes it wherever it stands: %s', (text) => {
  expect(redactSignedUrl(text)).not.toContain('SECRET')
})

test('leaves texts without a secret as they are', () => {
  for (const text of ['', 'nothing', 'https://h/Signature/o?my_signature=1', 'SignatureDoesNotMatch']) {
    expect(redactSignedUrl(text)).toBe(text)
  }
})

test('never lets a signature through, whatever stands around it', () => {
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
