import { type Address, type Hex, keccak256, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { ContractChain } from './contract-chain.ts'
import { type FlowInput, signFlow } from './signed-input.ts'

/** A user by name: the same name is the same key. */
export const userNamed = (name: string) => privateKeyToAccount(keccak256(toHex(name)))

/** An address without a key by name. */
export const addressNamed = (name: string): Address => `0x${keccak256(toHex(`address of ${name}`)).slice(26)}`

/** Some user, server and application that most tests are about. */
export const alice = userNamed('alice')
export const bob = userNamed('bob')
export const serverAddress = addressNamed('server')

/** A flow with one file and one key, as the first of a user; everything can be said otherwise. */
export function flowInput(over: Partial<FlowInput> = {}): FlowInput {
  const fileUrls = over.fileUrls ?? ['https://storage.example/file-1']
  return {
    nonce: 0n,
    granteeId: 1n,
    grant: 'https://storage.example/grant-1',
    fileUrls,
    schemaIds: fileUrls.map(() => 0n),
    serverAddress,
    serverUrl: 'https://server.example',
    serverPublicKey: '0x04aa',
    filePermissions: fileUrls.map((_, index) => [{ account: serverAddress, key: `key of file ${index}` }]),
    ...over,
  }
}

/** A flow and the user's signature over it, as arguments of addServerFilesAndPermissions. */
export async function signedFlow(
  over: Partial<FlowInput> = {},
  user = alice,
): Promise<readonly [FlowInput, Hex]> {
  const input = flowInput(over)
  return [input, await signFlow(user, input)]
}

/** Has a user's flow mined. */
export async function runFlow(chain: ContractChain, over: Partial<FlowInput> = {}, user = alice) {
  return chain.mined(chain.permissions.write.addServerFilesAndPermissions(await signedFlow(over, user)))
}

/** Why a user's flow reverts is what `revertReason` says of this. */
export async function tryFlow(chain: ContractChain, over: Partial<FlowInput> = {}, user = alice) {
  return chain.permissions.simulate.addServerFilesAndPermissions(await signedFlow(over, user))
}

/** Registers the grantee that most tests are about; its id is 1. */
export async function registerApp(chain: ContractChain): Promise<Address> {
  const app = addressNamed('app')
  await chain.mined(chain.grantees.write.registerGrantee([app, app, '0x04bb']))
  return app
}
