import fc from 'fast-check'
import { bytesToHex, type Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { toNativeAccount } from './native-account.ts'

const privateKeys = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0) && bytes[0] !== 0xff)
  .map((bytes) => bytesToHex(bytes))
const words = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes))
const few = { numRuns: 25 }

describe('a native account', () => {
  it('has the address and public key of viem’s account', () => {
    fc.assert(
      fc.property(privateKeys, (key) => {
        const [native, plain] = [toNativeAccount(key), privateKeyToAccount(key)]
        expect(native.address).toBe(plain.address)
        expect(native.publicKey).toBe(plain.publicKey)
      }),
      few,
    )
  })

  it('signs hashes, texts and bytes with the same bytes as viem’s account', async () => {
    await fc.assert(
      fc.asyncProperty(privateKeys, words, fc.string({ unit: 'binary' }), async (key, hash, message) => {
        const [native, plain] = [toNativeAccount(key), privateKeyToAccount(key)]
        expect(await native.sign?.({ hash })).toBe(await plain.sign({ hash }))
        expect(await native.signMessage({ message })).toBe(await plain.signMessage({ message }))
        const raw = { message: { raw: hash } }
        expect(await native.signMessage(raw)).toBe(await plain.signMessage(raw))
      }),
      few,
    )
  })

  it('signs typed data with the same bytes as viem’s account', async () => {
    await fc.assert(
      fc.asyncProperty(
        privateKeys,
        fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
        fc.array(fc.string()),
        async (key, nonce, urls) => {
          const typedData = {
            domain: { name: 'n', version: '1', chainId: 14800 },
            types: {
              Thing: [
                { name: 'nonce', type: 'uint256' },
                { name: 'urls', type: 'string[]' },
              ],
            },
            primaryType: 'Thing',
            message: { nonce, urls },
          } as const
          const [native, plain] = [toNativeAccount(key), privateKeyToAccount(key)]
          expect(await native.signTypedData(typedData)).toBe(await plain.signTypedData(typedData))
        },
      ),
      few,
    )
  })

  it('signs transactions and authorizations with the same bytes as viem’s account', async () => {
    const to = '0x00000000000000000000000000000000000000aa' as const
    await fc.assert(
      fc.asyncProperty(privateKeys, fc.nat(), words, async (key, nonce, data) => {
        const [native, plain] = [toNativeAccount(key), privateKeyToAccount(key)]
        const transactions = [
          { type: 'legacy', chainId: 14800, nonce, to, data, gas: 21_000n, gasPrice: 5n },
          {
            type: 'eip1559',
            chainId: 14800,
            nonce,
            to,
            data,
            gas: 21_000n,
            maxFeePerGas: 5n,
            maxPriorityFeePerGas: 1n,
          },
        ] as const
        for (const transaction of transactions) {
          expect(await native.signTransaction(transaction)).toBe(await plain.signTransaction(transaction))
        }
        const authorization = { address: to, chainId: 14800, nonce }
        expect(await native.signAuthorization?.(authorization)).toEqual(
          await plain.signAuthorization(authorization),
        )
      }),
      few,
    )
  })

  it('refuses an invalid private key without repeating it', () => {
    const bad: Hex[] = ['0x12', `0x${'0'.repeat(64)}`, `0x${'f'.repeat(64)}`]
    for (const key of bad) {
      expect(() => toNativeAccount(key)).toThrowError(expect.objectContaining({ code: 'CRYPTO_FAILED' }))
      expect(() => toNativeAccount(key)).not.toThrowError(key)
    }
  })

  it('does not show its key when printed or serialized', () => {
    const key: Hex = `0x${'1234567890abcdef'.repeat(4)}`
    const account = toNativeAccount(key)
    expect(JSON.stringify(account)).not.toContain(key.slice(2))
    expect(Object.values(account)).not.toContain(key)
  })
})
