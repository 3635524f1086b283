import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createRedactor } from './redact.ts'

const mnemonic = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const privateKey = '0x4c0883a69102937d6231471b5dbb6204fe512961708279f4b7e8c1d2a3b4c5d6'
const hash = '0x9fc76417374aa880d4449a1f7f31ec597f00b1f6f3dd2d66f4c9c6c445836d8b'
const pemBody = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'
const pem = `-----BEGIN PRIVATE KEY-----\n${pemBody}\n${pemBody}\n-----END PRIVATE KEY-----\n`

function redactorOf(...secrets: string[]) {
  const redact = createRedactor()
  redact.register(...secrets)
  return redact
}

describe('registered secrets', () => {
  const secrets = fc
    .stringMatching(/^[A-Za-z0-9+/_.:$ -]{8,60}$/)
    .filter((secret) => secret.trim().length >= 8)
  /** Texts that cannot continue a secret. */
  const surroundings = fc.stringMatching(/^[«»…\n]{0,20}$/)

  it('are removed anywhere in a text', () => {
    fc.assert(
      fc.property(secrets, surroundings, surroundings, (secret, before, after) => {
        const planted = secret.trim()
        expect(redactorOf(planted).text(`${before}${planted}${after}${planted}`)).not.toContain(planted)
      }),
    )
  })

  it('are removed anywhere in an object', () => {
    fc.assert(
      fc.property(secrets, fc.object({ maxDepth: 3 }), (secret, shape) => {
        const planted = secret.trim()
        const value = {
          ...shape,
          [planted]: 1,
          list: [planted, { text: `see ${planted}` }],
          map: new Map([[planted, planted]]),
        }
        const written = JSON.stringify(redactorOf(planted).deep(value))
        expect(written).not.toContain(JSON.stringify(planted).slice(1, -1))
      }),
    )
  })

  it('are recognised percent-encoded, in base64, escaped, in capitals and without 0x', () => {
    const redact = redactorOf(privateKey, 'pass/word?with&signs', pem)
    const disguised = [
      privateKey.slice(2),
      privateKey.toUpperCase(),
      Buffer.from(privateKey.slice(2), 'hex').toString('base64'),
      Buffer.from('pass/word?with&signs').toString('base64'),
      encodeURIComponent('pass/word?with&signs'),
      JSON.stringify(pem.trim()),
      pemBody,
    ]
    for (const form of disguised)
      expect(redact.text(`got ${form} here`)).toMatch(/^got "?\[redacted\]=?"? here$/)
  })

  it('include a mnemonic with any spacing', () => {
    expect(redactorOf(mnemonic).text(mnemonic.replaceAll(' ', '\n  '))).toBe('[redacted]')
  })

  it('are removed as a whole if one contains another', () => {
    expect(redactorOf('abcd', 'abcdefgh').text('x abcdefgh y')).toBe('x [redacted] y')
  })

  it('are ignored if they are too short to be distinguished from text', () => {
    expect(redactorOf('a', '', '  ').text('a banana')).toBe('a banana')
  })
})

describe('patterns of secrets', () => {
  const planted: [string, string, string][] = [
    [
      'signed URL',
      `https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4&X-Goog-Signature=deadbeefcafe0123&x=1`,
      'deadbeefcafe0123',
    ],
    [
      'old signed URL',
      'https://storage.googleapis.com/b/o?GoogleAccessId=a&Signature=abc%2Bdef%3D',
      'abc%2Bdef',
    ],
    ['encoded signed URL', 'next=https%3A%2F%2Fs%2Fo%3FX-Goog-Signature%3Ddeadbeefcafe', 'deadbeefcafe'],
    ['URL in JSON', '{"url":"https://s/o?a=1\\u0026X-Goog-Signature=deadbeefcafe"}', 'deadbeefcafe'],
    ['bearer header', 'Authorization: Bearer s3cr3t-t0ken', 's3cr3t-t0ken'],
    ['header in JSON', '{"authorization":"Basic dXNlcjpwYXNz"}', 'dXNlcjpwYXNz'],
    ['bare bearer', 'sent Bearer abcdef123456', 'abcdef123456'],
    ['JSON Web Token', 'jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIiOiIxIn0'],
    ['Google token', 'ya29.a0AfH6SMBx-y_z', 'a0AfH6SMBx'],
    ['PEM', `key ${pem}`, pemBody],
    ['PEM in JSON', JSON.stringify({ private_key: pem }), pemBody],
    ['PEM cut off', `-----BEGIN RSA PRIVATE KEY-----\n${pemBody}\nMIIE`, pemBody],
    ['user and password', 'connect to https://admin:hunter2@rpc.test:8545/', 'hunter2'],
    ['API key in the query', 'https://rpc.test/?chain=1&apikey=abc123', 'abc123'],
    [
      'Infura key',
      'POST https://mainnet.infura.io/v3/0123456789abcdef0123456789abcdef failed',
      '0123456789abcdef0123456789abcdef',
    ],
    ['Alchemy key', 'https://eth-mainnet.g.alchemy.com/v2/aB3_dE6-gH9jK1lM4nO7', 'aB3_dE6-gH9jK1lM4nO7'],
    [
      'QuickNode key',
      'https://x.quiknode.pro/0123456789abcdef0123456789abcdef01234567/',
      '0123456789abcdef0123456789abcdef01234567',
    ],
    ['private key by name', `PRIVATE_KEY=${privateKey}`, privateKey.slice(2)],
    ['private key in JSON', `{"privateKey":"${privateKey}"}`, privateKey.slice(2)],
    ['mnemonic by name', `mnemonic: ${mnemonic}`, 'sausage'],
    ['password by name', 'KEYSTORE_PASSWORD=hunter22', 'hunter22'],
  ]

  it.each(planted)('remove: %s', (_name, text, secret) => {
    expect(text).toContain(secret)
    const cleaned = createRedactor().text(text)
    expect(cleaned).not.toContain(secret)
    expect(cleaned).toContain('[redacted]')
  })

  it.each(planted)('change nothing when applied again: %s', (_name, text) => {
    const redact = createRedactor()
    const once = redact.text(text)
    expect(redact.text(once)).toBe(once)
  })

  it('keep JSON valid', () => {
    for (const [, text] of planted.filter(([, text]) => text.startsWith('{'))) {
      expect(() => JSON.parse(createRedactor().text(text))).not.toThrow()
    }
  })

  it('take a bounded number of steps for a hostile text', () => {
    const hostile = `${'https://a/'.repeat(100_000)} token`
    expect(createRedactor().text(hostile)).toBe(hostile)
  }, 5_000)

  it('keep hashes, addresses, content ids, operation ids and ordinary words', () => {
    const harmless = [
      `transaction ${hash} reverted`,
      `https://moksha.vanascan.io/tx/${hash}`,
      'https://ipfs.io/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
      'GET http://127.0.0.1:9000/api/v1/operations/cm4rwqmxh1rga0cj2zvbk7v5j4 500',
      'https://storage.googleapis.com/bucket/users/0x1111111111111111111111111111111111111111/data.json',
      'nonce too low: next nonce 12, tx nonce 11',
      'the key facts about this monkey',
      'seed: 42',
    ]
    for (const text of harmless) expect(createRedactor().text(text)).toBe(text)
  })
})

describe('values', () => {
  it('are removed under the name of a secret, whatever they look like', () => {
    const value = {
      wallet: { mnemonic: 'x', privateKey: 'y', PINATA_JWT: 'z' },
      apiKey: 7,
      keyFile: '/a/key.json',
      seed: 42,
    }
    expect(createRedactor().deep(value)).toEqual({
      wallet: { mnemonic: '[redacted]', privateKey: '[redacted]', PINATA_JWT: '[redacted]' },
      apiKey: '[redacted]',
      keyFile: '/a/key.json',
      seed: 42,
    })
  })

  it('keep the source of a configured secret, without its value', () => {
    const value = {
      relayerPrivateKey: { value: 'abc', source: 'environment RELAYER_PRIVATE_KEY', more: 'abc' },
    }
    expect(createRedactor().deep(value)).toEqual({
      relayerPrivateKey: { value: '[redacted]', source: 'environment RELAYER_PRIVATE_KEY' },
    })
  })

  it('show that a secret is not set', () => {
    expect(createRedactor().deep({ password: '', token: null, secret: undefined })).toEqual({
      password: '',
      token: null,
    })
  })

  it('keep code, message and cause of errors, without secrets', () => {
    const cause = new Error(`bad key ${privateKey}`)
    const error = new LoadTestError('STORAGE_REFUSED', 'no', { cause, details: { url: 'https://a:b@c/' } })
    expect(redactorOf(privateKey).deep(error)).toMatchObject({
      name: 'LoadTestError',
      code: 'STORAGE_REFUSED',
      message: 'no',
      details: { url: 'https://[redacted]@c/' },
      cause: { message: 'bad key [redacted]' },
    })
  })

  it('convert bigints, dates, binary data and circular references to JSON', () => {
    const value: Record<string, unknown> = {
      wei: 10n ** 30n,
      at: new Date(0),
      data: new Uint8Array(32),
      on: true,
    }
    value.self = value
    expect(createRedactor().deep(value)).toEqual({
      wei: `1${'0'.repeat(30)}`,
      at: '1970-01-01T00:00:00.000Z',
      data: '[32 bytes]',
      on: true,
      self: '[circular]',
    })
  })
})
