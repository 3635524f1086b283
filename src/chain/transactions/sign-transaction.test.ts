import fc from 'fast-check'
import { type Address, bytesToHex, keccak256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { toNativeAccount } from '../../crypto/native-account.ts'
import { signTransaction } from './sign-transaction.ts'

const privateKey = `0x${'42'.repeat(32)}` as const
const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((value) => bytesToHex(value))
const wei = fc.bigInt({ min: 0n, max: 2n ** 96n })

describe('a signed transaction', () => {
  it('is the same bytes as viem signs, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          chainId: fc.integer({ min: 1, max: 2 ** 31 }),
          nonce: fc.oneof(fc.nat(300), fc.nat()),
          to: bytes(20, 20).map((hex) => hex as Address),
          data: fc.oneof(bytes(0, 2), bytes(50, 60), bytes(240, 270), bytes(0, 3000)),
          value: wei,
          gas: fc.bigInt({ min: 21_000n, max: 30_000_000n }),
          maxPriorityFeePerGas: wei,
          extra: wei,
        }),
        async ({ chainId, nonce, maxPriorityFeePerGas, extra, ...content }) => {
          const fees = { maxPriorityFeePerGas, maxFeePerGas: maxPriorityFeePerGas + extra }
          const signed = await signTransaction(toNativeAccount(privateKey), {
            ...content,
            chainId,
            nonce,
            fees,
          })
          const expected = await privateKeyToAccount(privateKey).signTransaction({
            type: 'eip1559',
            chainId,
            nonce,
            ...content,
            ...fees,
          } as const)
          expect(signed).toEqual({ raw: expected, hash: keccak256(expected) })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('needs an account that can sign a hash', async () => {
    const { sign: _, ...account } = toNativeAccount(privateKey)
    const fees = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }
    const signing = signTransaction(account, { chainId: 1, nonce: 0, to: account.address, gas: 1n, fees })
    await expect(signing).rejects.toMatchObject({ code: 'CRYPTO_FAILED' })
  })
})
