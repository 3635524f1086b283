import { concat, type Hex, numberToHex, slice, toHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { addressNamed, alice, bob, flowInput, registerApp, runFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import {
  signAddServer,
  signFlow,
  signPermission,
  signRevocation,
  signTrust,
  signUntrust,
} from './signed-input.ts'
import { useContractChain } from './use-contract-chain.ts'

/** Bob owns file 1, server 1 and permission 1, and grantees 1 and 2 are there. Alice has signed nothing yet. */
let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  const app = await registerApp(chain)
  await chain.mined(chain.grantees.write.registerGrantee([app, addressNamed('other app'), '0x04']))
  await runFlow(chain, {}, bob)
})

const addServer = { nonce: 0n, serverAddress: addressNamed('new server'), publicKey: 'key', serverUrl: 'url' }
const flow = flowInput({ fileUrls: ['new'] })
const permission = { nonce: 0n, granteeId: 1n, grant: 'grant', fileIds: [] as bigint[] }
const revocation = { nonce: 0n, permissionId: 1n }
const trust = { nonce: 0n, serverId: 1n }

type Call = {
  contract: 'permissions' | 'servers'
  name: string
  input: { nonce: bigint }
  /** What would be refused, too, but for the signature and the nonce. */
  faults: object
  sign(change?: object): Promise<Hex>
}

/** Every function that takes a signature, with Alice's first input. */
const calls: Call[] = [
  {
    contract: 'permissions',
    name: 'addServerFilesAndPermissions',
    input: flow,
    faults: { schemaIds: [] },
    sign: (change) => signFlow(alice, { ...flow, ...change }),
  },
  {
    contract: 'permissions',
    name: 'addPermission',
    input: permission,
    faults: { grant: '' },
    sign: (change) => signPermission(alice, { ...permission, ...change }),
  },
  {
    contract: 'permissions',
    name: 'revokePermissionWithSignature',
    input: revocation,
    faults: { permissionId: 9n },
    sign: (change) => signRevocation(alice, { ...revocation, ...change }),
  },
  ...['addServerWithSignature', 'addAndTrustServerWithSignature'].map(
    (name): Call => ({
      contract: 'servers',
      name,
      input: addServer,
      faults: { publicKey: '' },
      sign: (change) => signAddServer(alice, { ...addServer, ...change }),
    }),
  ),
  {
    contract: 'servers',
    name: 'trustServerWithSignature',
    input: trust,
    faults: { serverId: 0n },
    sign: (change) => signTrust(alice, { ...trust, ...change }),
  },
  {
    contract: 'servers',
    name: 'untrustServerWithSignature',
    input: trust,
    faults: { serverId: 0n },
    sign: (change) => signUntrust(alice, { ...trust, ...change }),
  },
]

/** The reason why a call with another input or signature reverts. */
const reasonOf = ({ contract, name, input }: Call, signature: Hex, change: object = {}) =>
  revertReason(
    chain.client.simulateContract({
      address: chain.contracts[contract],
      abi: chain[contract].abi,
      functionName: name,
      args: [{ ...input, ...change }, signature],
    } as never),
  )

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const withV = (signature: Hex, v: number): Hex => concat([slice(signature, 0, 64), toHex(v, { size: 1 })])

/** The signature with s mirrored and v swapped, which recovers to the same signer. */
function malleated(signature: Hex): { signature: Hex; s: Hex } {
  const s = numberToHex(order - BigInt(slice(signature, 32, 64)), { size: 32 })
  const v: Hex = slice(signature, 64) === '0x1b' ? '0x1c' : '0x1b'
  return { signature: concat([slice(signature, 0, 32), s, v]), s }
}

/** As EIP-2098 has it: 64 bytes, with v in the highest bit of s. */
function compact(signature: Hex): Hex {
  const s = BigInt(slice(signature, 32, 64)) | (slice(signature, 64) === '0x1c' ? 1n << 255n : 0n)
  return concat([slice(signature, 0, 32), numberToHex(s, { size: 32 })])
}

describe.each(calls)('2 $name', (call) => {
  it('refuses malformed signatures before it looks at the nonce', async () => {
    const signature = await call.sign()
    const nonce = { nonce: 9n }
    expect(await reasonOf(call, '0x', nonce)).toBe('ECDSAInvalidSignatureLength(0)')
    expect(await reasonOf(call, compact(signature), nonce)).toBe('ECDSAInvalidSignatureLength(64)')
    expect(await reasonOf(call, concat([signature, '0x00']), nonce)).toBe('ECDSAInvalidSignatureLength(66)')
    const mirrored = malleated(signature)
    expect(await reasonOf(call, mirrored.signature, nonce)).toBe(`ECDSAInvalidSignatureS(${mirrored.s})`)
    for (const v of [0, 1, 29, 255]) {
      expect(await reasonOf(call, withV(signature, v), nonce)).toBe('ECDSAInvalidSignature()')
    }
    const toNobody = concat([`0x${'00'.repeat(32)}`, `0x${'00'.repeat(31)}01`, '0x1b'])
    expect(await reasonOf(call, toNobody, nonce)).toBe('ECDSAInvalidSignature()')
  })

  it("refuses a nonce that is not the signer's next one before anything else that is wrong", async () => {
    const change = { nonce: 1n, ...call.faults }
    expect(await reasonOf(call, await call.sign(change), change)).toBe('InvalidNonce(0, 1)')
  })

  it('looks at nothing while paused', async () => {
    const { permissions, servers } = chain
    const pausing =
      call.contract === 'permissions' ? permissions.write.pause(asOwner) : servers.write.pause(asOwner)
    await chain.mined(pausing)
    expect(await reasonOf(call, '0x', { nonce: 9n })).toBe('EnforcedPause()')
  })
})

describe('2 every signed field counts: altered, it is the word of a stranger', () => {
  const ofStranger = /^(NotPermissionGrantor|ServerNotTrusted)/

  it.each([{ granteeId: 2n }, { grant: 'other' }, { fileIds: [1n] }])('addPermission %o', async (change) => {
    const input = { ...permission, ...change }
    const args = [input, await signPermission(alice, permission)] as const
    if ('fileIds' in change) {
      // The file is Bob's: it belongs neither to the recovered address nor to Alice, the supposed signer.
      const reason = await revertReason(chain.permissions.simulate.addPermission(args))
      expect(reason).toMatch(new RegExp(`^NotFileOwner\\(${bob.address}, 0x`))
      expect(reason).not.toContain(alice.address)
      return
    }
    await chain.mined(chain.permissions.write.addPermission(args))
    expect((await chain.permissions.read.permissions([2n])).grantor).not.toBe(alice.address)
  })

  it('revokePermissionWithSignature: the id', async () => {
    const signature = await signRevocation(alice, { ...revocation, permissionId: 7n })
    const call = chain.permissions.simulate.revokePermissionWithSignature([revocation, signature])
    const reason = await revertReason(call)
    expect(reason).toMatch(ofStranger)
    expect(reason).not.toContain(alice.address)
  })

  it.each([{ serverAddress: addressNamed('other') }, { publicKey: 'other' }, { serverUrl: 'other' }])(
    'addServerWithSignature %o',
    async (change) => {
      const signature = await signAddServer(alice, addServer)
      await chain.mined(chain.servers.write.addServerWithSignature([{ ...addServer, ...change }, signature]))
      expect((await chain.servers.read.servers([2n])).owner).not.toBe(alice.address)
    },
  )

  it('trustServerWithSignature: the id, and that it is trust', async () => {
    for (const signature of [
      await signTrust(alice, { ...trust, serverId: 2n }),
      await signUntrust(alice, trust),
    ]) {
      await chain.mined(chain.servers.write.trustServerWithSignature([trust, signature]))
    }
    expect(await chain.servers.read.users([alice.address])).toEqual([0n, []])
  })

  it('untrustServerWithSignature: the id, and that it is not trust', async () => {
    await chain.mined(chain.servers.write.trustServerWithSignature([trust, await signTrust(alice, trust)]))
    const next = { nonce: 0n, serverId: 1n }
    for (const signature of [
      await signUntrust(alice, { ...next, serverId: 2n }),
      await signTrust(bob, next),
    ]) {
      expect(
        await revertReason(chain.servers.simulate.untrustServerWithSignature([next, signature])),
      ).toMatch(ofStranger)
    }
  })
})
