import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signObjectUrl } from '../../storage/sign-object-url.ts'
import { ServiceError } from '../emulator/service-error.ts'
import { checkSignedUrl, isSignedQuery, type SignedRequest } from './signed-url.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const clientEmail = 'signer@testbed.iam.gserviceaccount.com'
const signedAt = new Date('2026-03-04T05:06:07.890Z')
const accounts = new Map([[clientEmail, publicKey]])
const lifetimeMs = 3_600_000

async function signed(name = 'folder/object name.bin', now = signedAt): Promise<string> {
  return await signObjectUrl(
    { clientEmail, key: privateKey },
    { endpoint: 'http://127.0.0.1:4443', bucket: 'data', name, lifetimeMs, now },
  )
}

/** Splits a URL as a server receives it, without a parser that would repair it. */
function requestOf(url: string, method = 'GET'): SignedRequest {
  const [, host = '', rawPath = '', rawQuery = ''] = /^http:\/\/([^/]+)([^?]*)\??(.*)$/.exec(url) ?? []
  return { method, rawPath, rawQuery, headers: { host } }
}

function faultAt(url: string, afterMs = 1000, method = 'GET'): string | undefined {
  const now = new Date(signedAt.getTime() + afterMs)
  return faultOf(requestOf(url, method), { accounts, now })?.answer.code
}

function faultOf(...parameters: Parameters<typeof checkSignedUrl>): ServiceError | undefined {
  try {
    checkSignedUrl(...parameters)
    return undefined
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
}

it('accepts a URL as it was signed, for any name', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), async (name) => {
      expect(faultAt(await signed(name))).toBeUndefined()
    }),
    { numRuns: 40 },
  )
})

it('refuses a URL with one character of path or query changed, removed or added', async () => {
  const url = await signed()
  const start = url.indexOf('/data')
  const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
  const position = fc.integer({ min: start, max: url.length - 1 })
  fc.assert(
    fc.property(position, printable, fc.constantFrom('change', 'remove', 'insert'), (at, character, how) => {
      const rest = url.slice(how === 'insert' ? at : at + 1)
      const altered = url.slice(0, at) + (how === 'remove' ? '' : character) + rest
      fc.pre(altered !== url)
      // One more ampersand beside another leaves the parameters unchanged.
      fc.pre(altered.replace(/&+/g, '&').replace(/\?&|&$/g, (match) => match.replace('&', '')) !== url)
      expect(faultAt(altered)).toBeDefined()
    }),
    { numRuns: 3000 },
  )
})

it('refuses another host', async () => {
  const url = await signed()
  expect(faultAt(url.replace('127.0.0.1', '127.0.0.2'))).toBe('SignatureDoesNotMatch')
})

it('refuses another encoding of the same name', async () => {
  const url = await signed()
  expect(faultAt(url.replace('/folder/', '/%66older/'))).toBe('SignatureDoesNotMatch')
  expect(faultAt(url.replace('%2F', '%2f'))).toBe('SignatureDoesNotMatch')
})

it('accepts the parameters in any order', async () => {
  const [path = '', query = ''] = (await signed()).split('?')
  expect(faultAt(`${path}?${query.split('&').reverse().join('&')}`)).toBeUndefined()
})

describe('time', () => {
  it.each([
    [-890, undefined],
    [-891, 'AccessDenied'],
    [lifetimeMs - 891, undefined],
    [lifetimeMs - 890, 'ExpiredToken'],
    [lifetimeMs + 1e9, 'ExpiredToken'],
  ])('%i ms after signing, a URL for an hour gives %s', async (afterMs, code) => {
    expect(faultAt(await signed(), afterMs)).toBe(code)
  })

  it('reports a shortened lifetime as expired before it checks the signature, as the service does', async () => {
    const url = (await signed()).replace('X-Goog-Expires=3600', 'X-Goog-Expires=1')
    expect(faultAt(url, 10_000)).toBe('ExpiredToken')
    expect(faultAt(url, 0)).toBe('SignatureDoesNotMatch')
  })
})

describe('form', () => {
  const cases: [string, string, string][] = [
    ['a lifetime past seven days', 'X-Goog-Expires=3600', 'X-Goog-Expires=604801'],
    ['no lifetime', 'X-Goog-Expires=3600', 'X-Goog-Expires=0'],
    ['a negative lifetime', 'X-Goog-Expires=3600', 'X-Goog-Expires=-1'],
    ['a lifetime with an exponent', 'X-Goog-Expires=3600', 'X-Goog-Expires=3.6e3'],
    ['another algorithm', 'GOOG4-RSA-SHA256', 'GOOG4-RSA-SHA512'],
    ['a day that the scope does not name', '20260304%2Fauto', '20260305%2Fauto'],
    ['an impossible date', 'X-Goog-Date=20260304T', 'X-Goog-Date=20269904T'],
    ['a scope of another service', '%2Fstorage%2F', '%2Fcompute%2F'],
    ['no host among its headers', 'SignedHeaders=host', 'SignedHeaders=date'],
    ['headers out of order', 'SignedHeaders=host', 'SignedHeaders=host%3Bdate'],
    ['a header twice', 'SignedHeaders=host', 'SignedHeaders=host%3Bhost'],
    ['a broken escape', 'SignedHeaders=host', 'SignedHeaders=%zz'],
  ]
  it.each(cases)('refuses %s as malformed', async (_, from, to) => {
    const url = await signed()
    expect(url).toContain(from)
    expect(faultAt(url.replace(from, to))).toBe('InvalidArgument')
  })

  it('refuses keys other than RSA keys with 501', async () => {
    const url = await signed()
    expect(faultAt(url.replace('GOOG4-RSA-SHA256', 'GOOG4-HMAC-SHA256'))).toBe('NotImplemented')
    expect(faultAt(url.replace('X-Goog-Credential', 'X-Amz-Credential'))).toBe('NotImplemented')
  })

  it('requires each parameter exactly once', async () => {
    const url = await signed()
    for (const parameter of url.split('?')[1]?.split('&') ?? []) {
      expect(faultAt(url.replace(parameter, ''))).toBe('InvalidArgument')
      expect(faultAt(`${url}&${parameter}`)).toBe('InvalidArgument')
    }
  })

  it('denies an unknown account, and names a header that was not signed', async () => {
    const url = await signed()
    expect(faultOf(requestOf(url), { accounts: new Map(), now: signedAt })?.status).toBe(403)
    const request = requestOf(url)
    request.headers['x-goog-acl'] = 'public-read'
    const fault = faultOf(request, { accounts, now: signedAt })
    expect(fault?.answer).toMatchObject({
      code: 'MalformedSecurityHeader',
      elements: { ParameterName: 'x-goog-acl' },
    })
  })
})

it('accepts a URL signed for GET with HEAD, and with no other method', async () => {
  const url = await signed()
  expect(faultAt(url, 0, 'HEAD')).toBeUndefined()
  for (const method of ['PUT', 'POST', 'DELETE', 'get'])
    expect(faultAt(url, 0, method)).toBe('SignatureDoesNotMatch')
})

it('recognises a signed query by any of its parameters', () => {
  for (const query of [
    'X-Goog-Signature=',
    'x-goog-algorithm=1',
    'a=b&X-Goog-Credential=c',
    'GoogleAccessId=x',
  ]) {
    expect(isSignedQuery(new URLSearchParams(query))).toBe(true)
  }
  expect(isSignedQuery(new URLSearchParams('generation=1&alt=media'))).toBe(false)
})
