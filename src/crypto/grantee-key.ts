import { createHmac } from 'node:crypto'
import secp256k1 from 'secp256k1'
import { bytesToHex, type Hex, hexToBytes } from 'viem'

/**
 * Returns the key of one grantee of a pool. The first grantee has the app's own key; the others have keys derived from it
 * and their index. One secret is enough for any number of grantees on every machine.
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
    // All but about one in 2^128 of these numbers are keys.
    if (secp256k1.privateKeyVerify(digest)) return bytesToHex(digest)
  }
}
