import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSigner } from '../storage/service-account.ts'
import { readGoogleCredentials } from './google-credentials.ts'

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})
const fileOf = (key: unknown, more: object = {}) =>
  JSON.stringify({ type: 'service_account', client_email: 'a@b.c', private_key: key, ...more })

describe('readGoogleCredentials', () => {
  it.each([
    ['as it is', fileOf(pem)],
    ['with a byte order mark', `\uFEFF${fileOf(pem)}`],
    ['with line breaks that were escaped twice', fileOf(String(pem).replaceAll('\n', '\\n'))],
    ['with those of Windows', fileOf(String(pem).replaceAll('\n', '\\r\\n'))],
  ])('reads a key %s', (_name, text) => {
    const read = readGoogleCredentials(text)
    if (read.problem !== undefined) throw new Error(read.problem)
    expect(createSigner(read.account).clientEmail).toBe('a@b.c')
  })

  it.each(['authorized_user', 'external_account', 'impersonated_service_account'])('names %s', (type) => {
    expect(readGoogleCredentials(JSON.stringify({ type, refresh_token: 'x' })).problem).toContain(
      `it is of type ${type} (`,
    )
  })

  it.each([
    ['key.json', 'not JSON'],
    ['null', 'not a JSON object'],
    [fileOf(5), 'private_key'],
    [fileOf(pem, { client_email: '' }), 'client_email'],
  ])('describes the problem of %.20s', (text, problem) => {
    expect(readGoogleCredentials(text).problem).toContain(problem)
  })
})
