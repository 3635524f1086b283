import {
  createPublicClient,
  createWalletClient,
  custom,
  type Hex,
  numberToHex,
  type WalletClient,
} from 'viem'
import { toNativeAccount } from '../crypto/native-account.ts'
import {
  encryptBlobWithSignedKey,
  encryptWithWalletPublicKey,
  generateEncryptionKey,
  mokshaTestnet,
  NodePlatformAdapter,
  VanaCore,
  vanaMainnet,
} from './sdk.ts'

/*
 * A user's computations in a flow, by the SDK's own functions: CPU work without I/O, which can run on any thread.
 */

/** The fields that a user signs to give a grantee access to files: the SDK's input of the same name. */
export type PermissionParameters = {
  granteeId: bigint
  /** URL of the grant file. */
  grant: string
  fileUrls: string[]
  schemaIds: number[]
  serverAddress: Hex
  serverUrl: string
  serverPublicKey: string
  /** One list per file: the accounts that can read it, each with the file's key sealed for it. */
  filePermissions: { account: Hex; key: string }[][]
}

/** The EIP-712 data of `addServerFilesAndPermissions` from the SDK, with the user's signature. */
export type SignedPermission = {
  typedData: {
    domain: { name: string; version: string; chainId: number; verifyingContract: Hex }
    types: Record<string, { name: string; type: string }[]>
    primaryType: 'ServerFilesAndPermission'
    message: Omit<PermissionParameters, 'schemaIds'> & { nonce: bigint; schemaIds: (number | bigint)[] }
  }
  signature: Hex
}

/**
 * Encrypts a user's file with the SDK. The key is the user's signature of a fixed text, the format OpenPGP.
 *
 * @returns the encrypted bytes, and their key (secret)
 */
export async function encryptData(input: {
  privateKey: Hex
  chainId: number
  plain: Uint8Array
}): Promise<{ encrypted: Uint8Array; encryptionKey: string }> {
  const platform = new NodePlatformAdapter()
  const wallet = createWalletClient({
    account: toNativeAccount(input.privateKey),
    chain: chainOf(input.chainId),
    transport: noTransport,
  })
  const encryptionKey = await generateEncryptionKey(wallet, platform)
  const blob = await encryptBlobWithSignedKey(
    new Blob([new Uint8Array(input.plain)]),
    encryptionKey,
    platform,
  )
  return { encrypted: new Uint8Array(await blob.arrayBuffer()), encryptionKey }
}

/**
 * Seals a file's key for a personal server (ECIES over secp256k1).
 *
 * @returns lower-case hex without 0x: iv, ephemeral public key, ciphertext, MAC
 */
export async function sealKey(input: { encryptionKey: string; serverPublicKey: string }): Promise<string> {
  return encryptWithWalletPublicKey(input.encryptionKey, input.serverPublicKey, new NodePlatformAdapter())
}

/**
 * Composes and signs the typed data of `addServerFilesAndPermissions` with the SDK.
 *
 * The SDK hands signed data to its relayer, and the relayer here only keeps it. The input answers all reads, so signing
 * needs no connection.
 */
export async function signPermission(input: {
  privateKey: Hex
  chainId: number
  nonce: bigint
  parameters: PermissionParameters
}): Promise<SignedPermission> {
  const chain = chainOf(input.chainId)
  const transport = answeringTransport(input.chainId, input.nonce)
  let signed: SignedPermission | undefined
  const vana = new VanaCore(new NodePlatformAdapter(), {
    walletClient: createWalletClient({
      account: toNativeAccount(input.privateKey),
      chain,
      transport,
    }) as WalletClient & {
      chain: typeof chain
    },
    publicClient: createPublicClient({ chain, transport }),
    relayer: async (request) => {
      if (request.type !== 'signed') throw new Error(`The SDK asked for a ${request.type} submission.`)
      signed = { typedData: request.typedData, signature: request.signature } as unknown as SignedPermission
      return { type: 'signed', hash: unusedHash }
    },
  })
  await vana.permissions.submitAddServerFilesAndPermissions(input.parameters)
  if (!signed) throw new Error('The SDK finished without handing over a signature.')
  return signed
}

const unusedHash: Hex = `0x${'0'.repeat(64)}`

const noTransport = custom({
  async request({ method }: { method: string }) {
    throw new Error(`Unexpected ${method} while encrypting.`)
  },
})

function answeringTransport(chainId: number, nonce: bigint) {
  return custom({
    async request({ method }: { method: string }) {
      if (method === 'eth_chainId') return numberToHex(chainId)
      if (method === 'eth_call') return numberToHex(nonce, { size: 32 })
      throw new Error(`Unexpected ${method} while signing.`)
    },
  })
}

function chainOf(chainId: number): typeof mokshaTestnet | typeof vanaMainnet {
  return chainId === vanaMainnet.id ? vanaMainnet : mokshaTestnet
}
