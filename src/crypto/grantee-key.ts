import { createHmac } from 'node:crypto'
import secp256k1 from 'secp256k1'
import { bytesToHex, type Hex, hexToBytes } from 'viem'

/**
 * The key of one grantee of a pool: the first has the app's own key, each other one that follows from it and its number.
 * So one secret is enough for any number of them, on every machine.
 *
 * @param appKey secret
 * @param index from 0
 * @example granteeKey(appKey, 0) === appKey
 */
export function granteeKey(appKey: Hex, index: number): Hex {
  if (index === 0) return appKey
  for (let attempt = 0; ; attempt++) {
    const digest = createHmac('sha256', hexToBytes(appKey))
      .update(`vana-load grantee ${index} ${attempt}`)
      .digest()
    // All but one in 2^128 numbers of this length are keys.
    if (secp256k1.privateKeyVerify(digest)) return bytesToHex(digest)
  }
}
