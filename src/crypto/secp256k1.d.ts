/** The functions of `secp256k1` v5 that this program uses. The package ships no types. */
declare module 'secp256k1' {
  type Signature = { signature: Uint8Array; recid: number }

  const secp256k1: {
    privateKeyVerify(privateKey: Uint8Array): boolean
    publicKeyCreate(privateKey: Uint8Array, compressed?: boolean): Uint8Array
    /** Deterministic (RFC 6979), low s. */
    ecdsaSign(hash: Uint8Array, privateKey: Uint8Array): Signature
    ecdsaRecover(signature: Uint8Array, recid: number, hash: Uint8Array, compressed?: boolean): Uint8Array
    /** Passes the shared point's coordinates to `hashfn`, each padded to 32 bytes, and returns its result. */
    ecdh(
      publicKey: Uint8Array,
      privateKey: Uint8Array,
      options: { hashfn: (x: Uint8Array, y: Uint8Array) => Uint8Array },
      output: Uint8Array,
    ): Uint8Array
  }
  export default secp256k1
}
