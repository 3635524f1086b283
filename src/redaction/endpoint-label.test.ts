import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endpointLabel, endpointSecrets } from './endpoint-label.ts'
import { createRedactor } from './redact.ts'

describe('the label of an endpoint', () => {
  it.each([
    ['http://127.0.0.1:8545', 'http://127.0.0.1:8545'],
    ['http://127.0.0.1:8545/', 'http://127.0.0.1:8545'],
    ['https://rpc.moksha.vana.org', 'https://rpc.moksha.vana.org'],
    ['https://node.example.com/eth/rpc', 'https://node.example.com/eth/rpc'],
    ['https://user:pw@rpc.example.com/v2/8f3aK9?key=1', 'https://rpc.example.com/v2/***?***'],
    ['nonsense', '(not a URL)'],
  ])('of %s is %s', (url, label) => {
    expect(endpointLabel(url)).toBe(label)
  })

  it('never shows a key, wherever in the URL it stands', () => {
    const key = fc.stringMatching(/^[A-Za-z0-9_-]{11,40}$/)
    fc.assert(
      fc.property(key, (key) => {
        for (const url of [
          `https://h.example/${key}`,
          `https://h.example/v2/${key}/rpc`,
          `https://h.example/?apikey=${key}`,
          `https://${key}:${key}@h.example/`,
          `https://h.example/rpc#${key}`,
        ]) {
          expect(endpointLabel(url)).not.toContain(key)
        }
      }),
    )
  })
})

describe('the secrets of an endpoint', () => {
  it('are what its label leaves out', () => {
    expect(endpointSecrets('https://user:pw@rpc.example.com/v2/8f3aK9?key=1')).toEqual([
      ...['user', 'pw', '/8f3aK9', '?key=1'],
    ])
    expect(endpointSecrets('https://rpc.example.com/eth/rpc')).toEqual([])
    expect(endpointSecrets('nonsense')).toEqual([])
  })

  it('take a key out of whatever quotes the URL', () => {
    const redact = createRedactor()
    redact.register(...endpointSecrets('https://rpc.example.com/v2/secretkey12345'))
    const text = redact.text('error sending request for url (https://rpc.example.com/v2/secretkey12345)')
    expect(text).toBe('error sending request for url (https://rpc.example.com/v2[redacted])')
  })
})
