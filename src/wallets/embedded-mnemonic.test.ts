import { describe, expect, it } from 'vitest'
import { embeddedMnemonic, isEmbedded } from './embedded-mnemonic.ts'
import { normalizeMnemonic } from './mnemonic.ts'

const home = { chainId: 14800, rpcUrls: ['http://127.0.0.1:8545'] }

describe('the mnemonic of a seed', () => {
  it('is the same for the same seed and another for another', () => {
    const mnemonic = embeddedMnemonic('seed', home)
    expect(normalizeMnemonic(mnemonic)).toBe(mnemonic)
    expect(embeddedMnemonic('seed', home)).toBe(mnemonic)
    expect(embeddedMnemonic('seed2', home)).not.toBe(mnemonic)
  })

  it('stays what it was, so that money from an earlier version can still be reached', () => {
    expect(embeddedMnemonic('vana-load', home)).toMatchInlineSnapshot(
      `"ready ugly entry legal pen soda ecology distance black exchange shop chase"`,
    )
  })

  it('is given for chain 14800 on this machine alone', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.8.8.8']) {
      expect(isEmbedded({ chainId: 14800, rpcUrls: [`http://${host}:1/x`] })).toBe(true)
    }
    const elsewhere = [
      { ...home, chainId: 1480 },
      { ...home, rpcUrls: ['https://rpc.moksha.vana.org'] },
      { ...home, rpcUrls: [...home.rpcUrls, 'https://rpc.moksha.vana.org'] },
      { ...home, rpcUrls: ['http://127.0.0.1.example.com'] },
      { ...home, rpcUrls: ['http://localhost@example.com'] },
      { ...home, rpcUrls: ['nonsense'] },
      { ...home, rpcUrls: [] },
    ]
    for (const place of elsewhere) {
      expect(() => embeddedMnemonic('seed', place)).toThrowError(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      )
    }
  })
})
