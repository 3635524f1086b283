import { createRequire } from 'node:module'

/** The parts of the native `secp256k1` package used here; it ships without types. */
type Secp256k1 = {
  publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array
  ecdsaRecover(
    signature: Uint8Array,
    recoveryId: number,
    message: Uint8Array,
    compressed: boolean,
  ): Uint8Array
  ecdh(
    publicKey: Uint8Array,
    privateKey: Uint8Array,
    options: { hashfn: (x: Uint8Array, y: Uint8Array) => Uint8Array },
    output: Uint8Array,
  ): Uint8Array
}

/** libsecp256k1 through N-API: 0.08 ms a recovery or ECDH; the package falls back to JavaScript where it has no build. */
export const secp256k1: Secp256k1 = createRequire(import.meta.url)('secp256k1')
