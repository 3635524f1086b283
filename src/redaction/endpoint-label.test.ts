import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endpointLabel } from './endpoint-label.ts'

describe('endpointLabel', () => {
  it.each([
    ['http://127.0.0.1:8545', 'http://127.0.0.1:8545'],
    ['http://127.0.0.1:8545/', 'http://127.0.0.1:8545'],
    ['https://rpc.moksha.vana.org', 'https://rpc.moksha.vana.org'],
    ['https://node.example.com/eth/rpc', 'https://node.example.com/***'],
    ['https://user:pw@rpc.example.com/v2/8f3aK9?key=1', 'https://rpc.example.com/***'],
    ['nonsense', '(not a URL)'],
  ])('of %s is %s', (url, label) => {
    expect(endpointLabel(url)).toBe(label)
  })

  it('never shows a key, wherever it is in the URL', () => {
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
