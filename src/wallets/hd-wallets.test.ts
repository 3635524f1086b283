import fc from 'fast-check'
import { bytesToHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { deriveHdPath, hardened, hdRoot } from '../crypto/hd-key.ts'
import { createHdWallets } from './hd-wallets.ts'
import { mnemonicFromEntropy } from './mnemonic.ts'

const mnemonics = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(mnemonicFromEntropy)
const indexes = fc.oneof(fc.nat({ max: 10_000 }), fc.integer({ min: 0, max: hardened - 1 }))

describe('HD wallets', () => {
  it('are those that viem derives for users and lanes', () => {
    fc.assert(
      fc.property(mnemonics, indexes, (mnemonic, index) => {
        const wallets = createHdWallets(mnemonic)
        const branches = { user: 0, lane: 1 } as const
        for (const branch of ['user', 'lane'] as const) {
          const account = mnemonicToAccount(mnemonic, { path: `m/44'/60'/${branches[branch]}'/0/${index}` })
          const privateKey = account.getHdKey().privateKey ?? new Uint8Array()
          expect(wallets[branch](index)).toEqual({
            index,
            address: account.address,
            privateKey: bytesToHex(privateKey),
          })
        }
      }),
      { numRuns: 15 },
    )
  })

  it('follow a BIP-32 test vector through hardened and plain children', () => {
    const root = hdRoot(Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'))
    const { privateKey } = deriveHdPath(root, [hardened, 1, 2 + hardened, 2, 1_000_000_000])
    expect(bytesToHex(privateKey)).toBe('0x471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8')
  })

  it('keep the leading zeros of a key', () => {
    // BIP-32 test vector 3, made for implementations that lose them.
    const seed =
      '4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be'
    const root = hdRoot(Buffer.from(seed, 'hex'))
    expect(bytesToHex(root.privateKey)).toBe(
      '0x00ddb80b067e0d4993197fe10f2657a844a384589847602d56f0c629c81aae32',
    )
    expect(bytesToHex(deriveHdPath(root, [hardened]).privateKey)).toBe(
      '0x491f7a2eebc7b57028e0d3faa0acda02e75c33b03c48fb288c41e2ea44e1daef',
    )
  })

  it('refuse an index that BIP-32 does not have', () => {
    const wallets = createHdWallets(mnemonicFromEntropy(Buffer.alloc(16)))
    for (const index of [-1, 0.5, hardened, Number.NaN]) {
      expect(() => wallets.user(index)).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    }
  })
})
