/** The part of `secp256k1` v5 (which ships no types) that this program uses. */
declare module 'secp256k1' {
  type Signature = { signature: Uint8Array; recid: number }

  const secp256k1: {
    privateKeyVerify(privateKey: Uint8Array): boolean
    publicKeyCreate(privateKey: Uint8Array, compressed?: boolean): Uint8Array
    /** Deterministic (RFC 6979), low s. */
    ecdsaSign(hash: Uint8Array, privateKey: Uint8Array): Signature
    ecdsaRecover(signature: Uint8Array, recid: number, hash: Uint8Array, compressed?: boolean): Uint8Array
  }
  export default secp256k1
}
