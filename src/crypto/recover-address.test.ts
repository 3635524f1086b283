import fc from 'fast-check'
import {
  bytesToHex,
  type Hex,
  recoverAddress as viemRecoverAddress,
  recoverMessageAddress as viemRecoverMessageAddress,
  recoverTypedDataAddress as viemRecoverTypedDataAddress,
} from 'viem'
import { describe, expect, it } from 'vitest'
import { toNativeAccount } from './native-account.ts'
import { recoverAddress, recoverMessageAddress, recoverTypedDataAddress } from './recover-address.ts'

const account = toNativeAccount(`0x${'11'.repeat(32)}`)
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const few = { numRuns: 40 }

describe('recovering an address', () => {
  it('agrees with viem on every well-formed signature, also a random one', async () => {
    const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes))
    await fc.assert(
      fc.asyncProperty(
        bytes32,
        bytes32,
        bytes32,
        fc.constantFrom('00', '01', '1b', '1c'),
        async (hash, r, s, v) => {
          const signature: Hex = `${r}${s.slice(2)}${v}`
          const expected = await viemRecoverAddress({ hash, signature }).catch(() => 'refused')
          let actual = 'refused'
          try {
            actual = recoverAddress({ hash, signature })
          } catch (error) {
            expect(error).toMatchObject({ code: 'CRYPTO_FAILED' })
          }
          expect(actual).toBe(expected)
        },
      ),
      few,
    )
  })

  it('recovers the signer of a text, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (message) => {
        const signature = await account.signMessage({ message })
        expect(recoverMessageAddress({ message, signature })).toBe(account.address)
        expect(await viemRecoverMessageAddress({ message, signature })).toBe(account.address)
      }),
      few,
    )
  })

  it('recovers the signer of typed data, and another address after a field has changed', async () => {
    const typedData = {
      domain: { name: 'n', version: '1', chainId: 1 },
      types: { Thing: [{ name: 'value', type: 'uint256' }] },
      primaryType: 'Thing',
      message: { value: 7n },
    } as const
    const signature = await account.signTypedData(typedData)
    expect(recoverTypedDataAddress({ ...typedData, signature })).toBe(account.address)
    const altered = { ...typedData, message: { value: 8n }, signature } as const
    expect(recoverTypedDataAddress(altered)).not.toBe(account.address)
    expect(recoverTypedDataAddress(altered)).toBe(await viemRecoverTypedDataAddress(altered))
  })

  it('accepts s in the upper half with the other parity, as viem does', async () => {
    const hash: Hex = `0x${'22'.repeat(32)}`
    const signature = (await account.sign?.({ hash })) ?? '0x'
    const s = order - BigInt(`0x${signature.slice(66, 130)}`)
    const v = signature.endsWith('1b') ? '1c' : '1b'
    const flipped: Hex = `${signature.slice(0, 66) as Hex}${s.toString(16).padStart(64, '0')}${v}`
    expect(recoverAddress({ hash, signature: flipped })).toBe(account.address)
  })

  it.each([
    ['empty', '0x'],
    ['64 bytes', `0x${'11'.repeat(64)}`],
    ['not hex', `0x${'zz'.repeat(65)}`],
    ['a v of 2', `0x${'11'.repeat(64)}02`],
    ['r of zero', `0x${'00'.repeat(32)}${'11'.repeat(32)}1b`],
  ] as const)('refuses a signature that is malformed: %s', (_, signature) => {
    expect(() => recoverAddress({ hash: `0x${'22'.repeat(32)}`, signature: signature as Hex })).toThrowError(
      expect.objectContaining({ code: 'CRYPTO_FAILED' }),
    )
  })
})
