import { toNativeAccount } from '../crypto/native-account.ts'
import { encryptData, sealKey, signPermission } from '../vana/user-crypto.ts'
import { makeUserData } from './user-data.ts'

/** Any key works, since the results are discarded. */
const privateKey = `0x${'1'.repeat(64)}` as const
const chainId = 14800

/**
 * Computes whole flows and discards them, so that a thread has loaded and compiled its code before the first user arrives.
 *
 * @example await warmUp({ flows: 5 })
 */
export async function warmUp({ flows }: { flows: number }): Promise<void> {
  const { address, publicKey } = toNativeAccount(privateKey)
  for (let index = 0; index < flows; index++) {
    const plain = makeUserData({ seed: 'warm-up', index, size: 'medium' })
    const { encryptionKey } = await encryptData({ privateKey, chainId, plain })
    const key = await sealKey({ encryptionKey, serverPublicKey: publicKey })
    const parameters = {
      granteeId: 1n,
      grant: 'https://storage.invalid/grant.json',
      fileUrls: ['https://storage.invalid/data.pgp'],
      schemaIds: [0],
      serverAddress: address,
      serverUrl: 'https://server.invalid/api/v1',
      serverPublicKey: publicKey,
      filePermissions: [[{ account: address, key }]],
    }
    await signPermission({ privateKey, chainId, nonce: 0n, parameters })
  }
}
