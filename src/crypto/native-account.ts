import secp256k1 from 'secp256k1'
import {
  bytesToHex,
  type Hash,
  type Hex,
  hashMessage,
  hashTypedData,
  hexToBytes,
  keccak256,
  type LocalAccount,
  parseSignature,
  serializeTransaction,
} from 'viem'
import { publicKeyToAddress, toAccount } from 'viem/accounts'
import { hashAuthorization } from 'viem/utils'
import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Creates a viem account that signs with native secp256k1 instead of JavaScript.
 *
 * Signatures are deterministic (RFC 6979) and equal those of viem's `privateKeyToAccount`, at about a tenth of the cost.
 *
 * @param privateKey 32 bytes, hex. No property of the account shows it.
 * @throws LoadTestError `CRYPTO_FAILED` if it is not a private key of the curve.
 * @example const account = toNativeAccount(privateKey); await account.signMessage({ message: 'hello' })
 */
export function toNativeAccount(privateKey: Hex): LocalAccount<'native'> {
  const key = toKeyBytes(privateKey)
  const publicKey = bytesToHex(secp256k1.publicKeyCreate(key, false))
  const sign = (hash: Hash): Hex => signHash(hash, key)

  const account = toAccount({
    address: publicKeyToAddress(publicKey),
    async sign({ hash }) {
      return sign(hash)
    },
    async signMessage({ message }) {
      return sign(hashMessage(message))
    },
    async signTypedData(typedData) {
      return sign(hashTypedData(typedData))
    },
    async signTransaction(transaction, { serializer = serializeTransaction } = {}) {
      // A blob transaction is signed without its blobs.
      const signed = transaction.type === 'eip4844' ? { ...transaction, sidecars: false } : transaction
      const hash = keccak256(await serializer(signed as typeof transaction))
      return await serializer(transaction, parseSignature(sign(hash)))
    },
    async signAuthorization(authorization) {
      const { chainId, nonce } = authorization
      const address = authorization.contractAddress ?? authorization.address
      if (address === undefined)
        throw new LoadTestError('CRYPTO_FAILED', 'An authorization needs an address.')
      const { r, s, yParity } = parseSignature(sign(hashAuthorization({ address, chainId, nonce })))
      return { address, chainId, nonce, r, s, v: BigInt(yParity + 27), yParity }
    },
  })
  return { ...account, publicKey, source: 'native' }
}

/** Signs a 32-byte hash. Returns r, s and v (27 or 28), 65 bytes. */
function signHash(hash: Hash, key: Uint8Array): Hex {
  const { signature, recid } = secp256k1.ecdsaSign(hexToBytes(hash), key)
  return `${bytesToHex(signature)}${recid === 0 ? '1b' : '1c'}`
}

function toKeyBytes(privateKey: Hex): Uint8Array {
  // The message contains neither the key nor an error that may quote it.
  if (!/^0x[0-9a-fA-F]{64}$/.test(privateKey)) {
    throw new LoadTestError('CRYPTO_FAILED', 'A private key is 0x and 64 hex digits.')
  }
  const key = hexToBytes(privateKey)
  if (!secp256k1.privateKeyVerify(key)) {
    throw new LoadTestError('CRYPTO_FAILED', 'The private key is zero or not below the order of the curve.')
  }
  return key
}
