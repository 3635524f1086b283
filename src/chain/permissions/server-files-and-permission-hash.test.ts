import fc from 'fast-check'
import { type Address, bytesToHex, getAddress, hashTypedData } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  decodeAddServerFilesAndPermissions,
  encodeAddServerFilesAndPermissions,
} from './add-server-files-and-permissions.ts'
import {
  messageHasher,
  permissionsDomain,
  serverFilesAndPermissionTypes,
} from './server-files-and-permission-hash.ts'

const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
const text = fc.string({ unit: 'binary' })
const address = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes): Address => getAddress(bytesToHex(bytes)))
const message = fc.record({
  nonce: uint256,
  granteeId: uint256,
  grant: text,
  fileUrls: fc.array(text, { maxLength: 3 }),
  schemaIds: fc.array(uint256, { maxLength: 3 }),
  serverAddress: address,
  serverUrl: text,
  serverPublicKey: text,
  filePermissions: fc.array(fc.array(fc.record({ account: address, key: text }), { maxLength: 3 }), {
    maxLength: 3,
  }),
})

describe('the message of a flow', () => {
  it('hashes as viem hashes it, whatever it holds', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 2 ** 31 }), address, (message, chainId, contract) => {
        const domain = permissionsDomain(chainId, contract)
        expect(messageHasher(domain)(message)).toBe(
          hashTypedData({
            domain,
            types: serverFilesAndPermissionTypes,
            primaryType: 'ServerFilesAndPermission',
            message,
          }),
        )
      }),
    )
  })

  it('comes back from calldata as it went in', () => {
    fc.assert(
      fc.property(message, (message) => {
        const signature = `0x${'1f'.repeat(65)}` as const
        const data = encodeAddServerFilesAndPermissions(message, signature)
        expect(data.slice(0, 10)).toBe('0x270ef19a')
        expect(decodeAddServerFilesAndPermissions(data)).toEqual({ message, signature })
      }),
    )
  })

  it.each(['0x', '0x270ef19a00', '0xdeadbeef', `0x2e04b8e7${'00'.repeat(32)}`] as const)(
    'is not read out of other calldata: %s',
    (data) => {
      expect(() => decodeAddServerFilesAndPermissions(data)).toThrowError(
        expect.objectContaining({ code: 'CHAIN_RPC_ERROR' }),
      )
    },
  )
})
