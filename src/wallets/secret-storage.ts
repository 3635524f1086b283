import { createCipheriv, createDecipheriv, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { bytesToHex, concat, hexToBytes, keccak256 } from 'viem'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'

const hexText = z.string().regex(/^([0-9a-f]{2})+$/)
const hexOf = (bytes: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))

/** The `crypto` part of a Web3 Secret Storage document, version 3. */
export const secretBoxSchema = z.object({
  cipher: z.literal('aes-128-ctr'),
  ciphertext: hexText,
  cipherparams: z.object({ iv: hexOf(16) }),
  kdf: z.literal('scrypt'),
  kdfparams: z
    .object({
      dklen: z.literal(32),
      n: z
        .int()
        .min(2)
        .refine((n) => Number.isInteger(Math.log2(n))),
      r: z.int().min(1),
      p: z.int().min(1),
      salt: hexText,
    })
    // A damaged file must not ask for all memory there is, or for hours: this is 1 GiB at most, and some seconds.
    .refine(({ n, r, p }) => n * r * p <= 2 ** 23, 'more work than any keystore takes'),
  mac: hexOf(32),
})

/** An encrypted secret. */
export type SecretBox = z.output<typeof secretBoxSchema>

/** The cost of one guess: 2^17 is 128 MiB and a third of a second (OWASP's minimum). */
export const scryptCost = 2 ** 17

const deriveKey = promisify<string, Uint8Array, number, object, Buffer>(scrypt)

/**
 * Encrypts a secret with a passphrase: scrypt, AES-128-CTR and a Keccak MAC, as Web3 Secret Storage v3 has it.
 *
 * The work is done on another thread; the event loop stays free.
 *
 * @param cost scrypt's N, a power of two
 */
export async function sealSecret(
  secret: Uint8Array,
  passphrase: string,
  cost = scryptCost,
): Promise<SecretBox> {
  const salt = randomBytes(32)
  const iv = randomBytes(16)
  const kdfparams = { dklen: 32, n: cost, r: 8, p: 1, salt: salt.toString('hex') } as const
  const key = await stretch(passphrase, kdfparams)
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()])
  return {
    cipher: 'aes-128-ctr',
    ciphertext: ciphertext.toString('hex'),
    cipherparams: { iv: iv.toString('hex') },
    kdf: 'scrypt',
    kdfparams,
    mac: macOf(key, ciphertext).toString('hex'),
  }
}

/**
 * Decrypts what {@link sealSecret} made.
 *
 * @throws LoadTestError KEYSTORE_LOCKED if the passphrase is not the one (or the box was altered, which looks
 * the same); KEYSTORE_DAMAGED for parameters that scrypt does not have
 */
export async function openSecret(box: SecretBox, passphrase: string): Promise<Uint8Array> {
  const key = await stretch(passphrase, box.kdfparams)
  const ciphertext = Buffer.from(box.ciphertext, 'hex')
  if (!timingSafeEqual(macOf(key, ciphertext), Buffer.from(box.mac, 'hex'))) {
    throw new LoadTestError(
      'KEYSTORE_LOCKED',
      'The passphrase does not open the keystore, or the file was altered.',
    )
  }
  const iv = Buffer.from(box.cipherparams.iv, 'hex')
  const decipher = createDecipheriv('aes-128-ctr', key.subarray(0, 16), iv)
  return Buffer.concat([decipher.update(ciphertext), decipher.final()])
}

async function stretch(passphrase: string, params: SecretBox['kdfparams']): Promise<Buffer> {
  const { n, r, p, dklen, salt } = params
  // Node refuses above 32 MiB by default; what scrypt needs is 128 * n * r, and a little.
  const maxmem = 128 * r * (n + p) + 1_048_576
  try {
    return await deriveKey(passphrase.normalize('NFKC'), Buffer.from(salt, 'hex'), dklen, {
      N: n,
      r,
      p,
      maxmem,
    })
  } catch (cause) {
    throw new LoadTestError('KEYSTORE_DAMAGED', `scrypt can't work with n ${n}, r ${r}, p ${p}.`, { cause })
  }
}

const macOf = (key: Uint8Array, ciphertext: Uint8Array): Buffer =>
  Buffer.from(hexToBytes(keccak256(concat([bytesToHex(key.subarray(16, 32)), bytesToHex(ciphertext)]))))
