import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from './redact.ts'
import { mayHoldKey } from './url-secrets.ts'

function redactorOf(...urls: string[]) {
  const redact = createRedactor()
  redact.registerUrls(...urls)
  return redact
}

describe('everything in a URL after the host', () => {
  it.each([
    ['https://rpc.example.com/v2/aB3dE6gH9jK1lM4n', 'got https://rpc.example.com/v2/aB3dE6gH9jK1lM4n'],
    ['https://node.example.com/eth/rpc', 'got https://node.example.com/eth/rpc'],
    ['https://node.example.com/?network=moksha', 'got https://node.example.com/?network=moksha'],
    ['https://node.example.com/#main', 'got https://node.example.com/#main'],
  ])('is removed from %s, which keeps its host', (url, text) => {
    const { host } = new URL(url)
    expect(redactorOf(url).text(text)).toBe(`got https://${host}/[redacted]`)
  })

  it('is removed from a request line, a header, and an error that quotes only the key', () => {
    const redact = redactorOf('http://user:pass-word1@127.0.0.1:8545/rpc/aB3dE6gH9jK1lM4n?apikey=Zz8yY7xX6')
    for (const text of [
      'bad request POST http://127.0.0.1:8545/rpc/aB3dE6gH9jK1lM4n',
      'POST /rpc/aB3dE6gH9jK1lM4n?apikey=Zz8yY7xX6 HTTP/1.1',
      'unknown key aB3dE6gH9jK1lM4n',
      'unknown key Zz8yY7xX6',
      `Basic ${Buffer.from('user:pass-word1').toString('base64')}`,
      'wrong password pass-word1',
      'next=http%3A%2F%2F127.0.0.1%3A8545%2Frpc%2FaB3dE6gH9jK1lM4n',
      'cut off: http://127.0.0.1:8545/rpc/aB3dE6gH9jK…',
    ]) {
      expect(redact.text(text)).not.toMatch(/aB3dE6|Zz8yY7xX6|pass-word1|dXNlcjpwYXNz/)
    }
  })

  it('is removed anywhere, whatever it is', () => {
    const key = fc
      .stringMatching(/^[A-Za-z0-9_-]{16,40}$/)
      .filter((key) => /\d/.test(key) && /[A-Z]/.test(key))
    fc.assert(
      fc.property(key, fc.boolean(), (key, isLoopback) => {
        const host = isLoopback ? '127.0.0.1:8545' : 'h.example'
        for (const url of [
          `https://${host}/${key}`,
          `https://${host}/v2/${key}/rpc`,
          `https://${host}/?apikey=${key}`,
          `https://x:${key}@${host}/`,
          `https://${host}/rpc#${key}`,
        ]) {
          const redact = redactorOf(url)
          for (const text of [
            url,
            `POST ${url.split(host)[1]} HTTP/1.1`,
            `key ${key}.`,
            `${url.slice(0, -3)}…`,
          ]) {
            expect(redact.text(text)).not.toContain(key.slice(0, -3))
          }
        }
      }),
    )
  })

  it('stays if it is ordinary words of a path on a loopback address', () => {
    const redact = redactorOf('http://127.0.0.1:8080/api/v1', 'https://node.example.com/rpc')
    for (const text of ['GET http://127.0.0.1:8080/api/v1/health', 'the api of v1 at /rpc', 'rpc']) {
      expect(redact.text(text)).toBe(text)
    }
  })
})

describe('mayHoldKey', () => {
  it.each([
    ['https://server.example.com/api/v1', false],
    ['https://rpc.moksha.vana.org', false],
    ['https://rpc.example.com/v2/8f3aK9', true],
    ['https://rpc.example.com/?key=1', true],
    ['https://a:b@rpc.example.com/', true],
  ])('%s: %s', (url, expected) => expect(mayHoldKey(url)).toBe(expected))
})
