import { type Hex, parseGwei } from 'viem'
import { encodeAddServerFilesAndPermissions } from '../src/chain/permissions/add-server-files-and-permissions.ts'
import { signTransaction } from '../src/chain/transactions/sign-transaction.ts'
import { deployedContracts } from '../src/config/moksha.ts'
import { toNativeAccount } from '../src/crypto/native-account.ts'
import { normalizeSignature } from '../src/crypto/normalize-signature.ts'
import { flowMessage, newUser, relayBody } from '../test/server/api-server.fixture.ts'

/** Far above the base fee of any block of the benchmark, so that no transaction signed ahead is priced out. */
const fees = { maxFeePerGas: parseGwei('1000'), maxPriorityFeePerGas: parseGwei('1') }

/** Signs requests to the relay, each by a new user. */
export async function preSignRequests(count: number): Promise<string[]> {
  const bodies: string[] = []
  while (bodies.length < count) bodies.push(JSON.stringify(await relayBody(newUser(), flowMessage())))
  return bodies
}

/** Creates the call that the relay would make for a new user. */
export async function newCall(): Promise<Hex> {
  const message = flowMessage()
  const { signature } = await relayBody(newUser(), message)
  return encodeAddServerFilesAndPermissions(message, normalizeSignature(String(signature)))
}

/**
 * Signs the first transactions of a key with these calls.
 *
 * @param gas gas limit of each transaction
 */
export async function preSignTransactions(
  privateKey: Hex,
  chainId: number,
  gas: bigint,
  count: number,
): Promise<Hex[]> {
  const account = toNativeAccount(privateKey)
  const signed: Hex[] = []
  for (let nonce = 0; nonce < count; nonce += 1) {
    const content = { to: deployedContracts.permissions, data: await newCall(), gas }
    signed.push((await signTransaction(account, { ...content, chainId, nonce, fees })).raw)
  }
  return signed
}
