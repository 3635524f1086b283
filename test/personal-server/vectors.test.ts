import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { openSealedKey } from '../../src/testbed/personal-server/ecies.ts'
import { createIdentityDerivation, identityIndex } from '../../src/testbed/personal-server/identity.ts'
import { toJsonObject } from '../../src/testbed/personal-server/json-mode.ts'
import { openPgp } from '../../src/testbed/personal-server/pgp.ts'
import { recoverSigner } from '../../src/testbed/personal-server/signature.ts'
import vectors from '../vectors/personal-server.json' with { type: 'json' }

const bytes = (hex: string): Buffer => Buffer.from(hex.replace('0x', ''), 'hex')

describe('vectors of the original server', () => {
  it.each(vectors.identity)('match the identity of $name', (vector) => {
    expect(identityIndex(vector.user_address)).toBe(vector.index)
    const identityOf = createIdentityDerivation(vector.mnemonic)
    const expected = {
      address: vector.server_address,
      publicKey: vector.server_public_key,
      privateKey: new Uint8Array(bytes(vector.server_private_key)),
    }
    // In any case of the address. The second comes from the cache.
    for (const address of [vector.user_address, vector.user_address.toLowerCase()]) {
      expect(identityOf(address)).toEqual(expected)
    }
  })

  it.each(vectors.signature)('match the signer of $name', (vector) => {
    expect(recoverSigner(vector.request_json, vector.signature)).toBe(vector.recovered_address)
  })

  it.each(vectors.encryption_key)('match the encryption key of $address', async (vector) => {
    const account = privateKeyToAccount(vector.private_key as `0x${string}`)
    expect(account.address).toBe(vector.address)
    expect(await account.signMessage({ message: vector.seed_message })).toBe(vector.encryption_key)
  })

  it.each(vectors.ecies)('match the opened key: $name', (vector) => {
    const key = bytes(vector.server_private_key)
    expect(openSealedKey(vector.ciphertext_hex, key)).toBe(vector.plaintext)
    expect(openSealedKey(`0x${vector.ciphertext_hex.toUpperCase()}`, key)).toBe(vector.plaintext)
  })

  it.each(vectors.negative)('match the error of the sealed key: $name', (vector) => {
    expect(() => openSealedKey(vector.ciphertext_hex, bytes(vector.server_private_key))).toThrow(vector.error)
  })

  it.each(vectors.pgp)('match the opened PGP file: $name', async (vector) => {
    const plain = await openPgp(bytes(vector.ciphertext_hex), vector.password)
    expect(Buffer.from(plain).toString()).toBe(vector.plaintext)
  })

  it.each(vectors.json_mode)('match the JSON object of $raw', ({ raw, result }) => {
    expect(toJsonObject(raw)).toBe(result)
  })
})
