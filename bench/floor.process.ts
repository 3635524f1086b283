/**
 * Measures the cost of a flow's SDK operations alone, in sequence, with viem's accounts: derive the file's key, encrypt 10 kB,
 * seal the key, compose and sign the typed data, sign the transaction. A separate process, so that several can run at once.
 * It reports when it is warm, and measures on request.
 */
import { once } from 'node:events'
import {
  createPublicClient,
  createWalletClient,
  custom,
  type Hex,
  numberToHex,
  type WalletClient,
} from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { makeUserData } from '../src/flow/user-data.ts'
import {
  encryptBlobWithSignedKey,
  encryptWithWalletPublicKey,
  generateEncryptionKey,
  mokshaTestnet,
  NodePlatformAdapter,
  VanaCore,
} from '../src/vana/sdk.ts'
import { cpuMsOf } from './cpu.ts'

/** Number of measured flows, after some unmeasured ones that compile the code. */
const flows = 60
const warmUpFlows = 15

const server = privateKeyToAccount(generatePrivateKey())
const data = new Blob([new Uint8Array(makeUserData({ seed: 'floor', index: 0, size: 'medium' }))])
const accounts = Array.from({ length: warmUpFlows + flows }, () => privateKeyToAccount(generatePrivateKey()))

async function flow(account: PrivateKeyAccount): Promise<void> {
  const platform = new NodePlatformAdapter()
  const chain = mokshaTestnet
  const walletClient = createWalletClient({ account, chain, transport }) as WalletClient & {
    chain: typeof chain
  }
  const key = await generateEncryptionKey(walletClient, platform)
  await encryptBlobWithSignedKey(data, key, platform)
  const sealed = await encryptWithWalletPublicKey(key, server.publicKey, platform)
  const vana = new VanaCore(platform, {
    walletClient,
    publicClient: createPublicClient({ chain, transport }),
    relayer: async () => ({ type: 'signed', hash: `0x${'0'.repeat(64)}` }),
  })
  await vana.permissions.submitAddServerFilesAndPermissions({
    granteeId: 1n,
    grant: `https://storage.googleapis.com/bucket/${account.address}/grant.json`,
    fileUrls: [`https://storage.googleapis.com/bucket/${account.address}/data.pgp`],
    schemaIds: [0],
    serverAddress: server.address,
    serverUrl: 'https://test.server.vana.com/api/v1',
    serverPublicKey: server.publicKey,
    filePermissions: [[{ account: server.address, key: sealed }]],
  })
  const calldata: Hex = `0x${'ab'.repeat(2052)}`
  await account.signTransaction({
    chainId: chain.id,
    to: server.address,
    data: calldata,
    nonce: 0,
    gas: 1_700_000n,
    maxFeePerGas: 2_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
}

/** Answers the two reads that the SDK makes before it signs. */
const transport = custom({
  async request({ method }: { method: string }) {
    return method === 'eth_chainId' ? numberToHex(mokshaTestnet.id) : numberToHex(0n, { size: 32 })
  },
})

for (const account of accounts.slice(0, warmUpFlows)) await flow(account)
const told = once(process, 'message')
process.send?.({ warm: 0 })
await told
const cpuMs = await cpuMsOf(async () => {
  for (const account of accounts.slice(warmUpFlows)) await flow(account)
})
process.send?.({ cpuMsPerFlow: cpuMs / flows })
// Keeps running, because others may still measure under load. The last one stops all.
for (const account of accounts) await flow(account)
