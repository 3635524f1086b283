import {
  concat,
  domainSeparator,
  encodeAbiParameters,
  getAddress,
  type Hex,
  keccak256,
  numberToHex,
  slice,
  toHex,
} from 'viem'
import { describe, expect, it } from 'vitest'
import { deployedContracts } from '../../src/config/moksha.ts'
import type { ContractChain } from './contract-chain.ts'
import { emittedEvents } from './emitted-events.ts'
import { addressNamed, alice, bob, flowInput, registerApp, runFlow, signedFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { type Domain, domains, type FlowInput, signFlow } from './signed-input.ts'
import { useContractChain } from './use-contract-chain.ts'

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

const simulate = async (input: FlowInput, signature: Hex) =>
  chain.permissions.simulate.addServerFilesAndPermissions([input, signature])

/** The user that a flow is attributed to. */
async function userOf(input: FlowInput, signature: Hex): Promise<string> {
  const receipt = await chain.mined(chain.permissions.write.addServerFilesAndPermissions([input, signature]))
  const added = emittedEvents(receipt).at(-1)
  expect(added?.event).toBe('permissions.PermissionAdded')
  return String((added?.args as { user?: string } | undefined)?.user)
}

describe('2 EIP-712 domains', () => {
  const separators = {
    permissions: '0x37544652f726af3382c88d29639c4166ef760702b1d7b5a1e1c2fdc24188006d',
    servers: '0x1e1a6eee6d6125208b1985f92af4a7e6c04272e159b4d22824eefeca2fd1be12',
  }

  it.each(['permissions', 'servers'] as const)('%s describes its domain, without a salt', async (name) => {
    const [fields, ...rest] = await chain[name].read.eip712Domain()
    expect(fields).toBe('0x0f')
    const { version, chainId, verifyingContract } = domains[name]
    const noSalt = `0x${'00'.repeat(32)}`
    expect(rest).toEqual([domains[name].name, version, BigInt(chainId), verifyingContract, noSalt, []])
  })

  it.each(['permissions', 'servers'] as const)('the separator of %s is the measured one', (name) => {
    expect(domainSeparator({ domain: domains[name] })).toBe(separators[name])
  })
})

describe('2 identity comes from recovery only', () => {
  it('a flow signed by the standard belongs to its signer, for any sender', async () => {
    expect(await userOf(...(await signedFlow()))).toBe(alice.address)
  })

  it('a flow with several files and keys is hashed by the standard too', async () => {
    const input = flowInput({
      fileUrls: ['', 'https://b.example', 'https://c.example'],
      filePermissions: [
        [],
        [{ account: bob.address, key: '' }],
        [
          { account: bob.address, key: 'one' },
          { account: alice.address, key: 'two' },
        ],
      ],
    })
    expect(await userOf(input, await signFlow(alice, input))).toBe(alice.address)
  })

  const alterations: Partial<FlowInput>[] = [
    { granteeId: 2n },
    { grant: 'https://other.example' },
    { fileUrls: ['https://other.example'] },
    { schemaIds: [1n] },
    { serverAddress: addressNamed('other') },
    { serverUrl: 'https://other.example' },
    { serverPublicKey: '0x04' },
    { filePermissions: [[{ account: bob.address, key: 'key of file 0' }]] },
    { filePermissions: [[{ account: flowInput().serverAddress, key: 'other' }]] },
    { filePermissions: [[]] },
  ]
  it.each(alterations)('altered %o: the call succeeds for a stranger', async (alteration) => {
    await chain.mined(chain.schemas.write.addSchema(['name', 'json', 'https://schema.example']))
    await chain.mined(chain.grantees.write.registerGrantee([bob.address, bob.address, '0x04']))
    const [input, signature] = await signedFlow()
    const stranger = await userOf({ ...input, ...alteration }, signature)
    expect(stranger).not.toBe(alice.address)
    expect(await chain.permissions.read.userNonce([getAddress(stranger)])).toBe(1n)
    expect(await chain.permissions.read.userNonce([alice.address])).toBe(0n)
  })

  it('an altered nonce: the stranger expects 0', async () => {
    const [input, signature] = await signedFlow()
    expect(await revertReason(simulate({ ...input, nonce: 1n }, signature))).toBe('InvalidNonce(0, 1)')
  })

  const otherDomains: Partial<Domain>[] = [
    { chainId: 1480 },
    { version: '2' },
    { name: 'VanaDataPortabilityServers' },
    { verifyingContract: deployedContracts.servers },
  ]
  it.each(otherDomains)('signed for %o: a stranger, too', async (other) => {
    const input = flowInput()
    const signature = await signFlow(alice, input, { ...domains.permissions, ...other })
    expect(await userOf(input, signature)).not.toBe(alice.address)
  })

  it("with a nonce that is the user's next one, a stranger's signature is refused for its nonce", async () => {
    await runFlow(chain)
    const input = flowInput({ nonce: 1n })
    const signature = await signFlow(alice, input, { ...domains.permissions, chainId: 1480 })
    expect(await revertReason(simulate(input, signature))).toBe('InvalidNonce(0, 1)')
  })

  it("another key's signature is that key's flow", async () => {
    const input = flowInput()
    expect(await userOf(input, await signFlow(bob, input))).toBe(bob.address)
  })
})

describe('2 malformed signatures', () => {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

  it.each([0, 1, 64, 66])('%i bytes are refused', async (length) => {
    const signature: Hex = `0x${'11'.repeat(length)}`
    expect(await revertReason(simulate(flowInput(), signature))).toBe(
      `ECDSAInvalidSignatureLength(${length})`,
    )
  })

  it('s in the upper half is refused', async () => {
    const [input, signature] = await signedFlow()
    const s = order - BigInt(slice(signature, 32, 64))
    const v = slice(signature, 64) === '0x1b' ? '0x1c' : '0x1b'
    const malleated = concat([slice(signature, 0, 32), numberToHex(s, { size: 32 }), v])
    expect(await revertReason(simulate(input, malleated))).toBe(
      `ECDSAInvalidSignatureS(${numberToHex(s, { size: 32 })})`,
    )
  })

  it.each(['00', '01', '1d', 'ff'])('v of 0x%s is refused', async (v) => {
    const [input, signature] = await signedFlow()
    expect(await revertReason(simulate(input, concat([slice(signature, 0, 64), `0x${v}`])))).toBe(
      'ECDSAInvalidSignature()',
    )
  })

  it('a signature that recovers to no address is rejected', async () => {
    const signature = concat([`0x${'00'.repeat(32)}`, `0x${'00'.repeat(31)}01`, '0x1b'])
    expect(await revertReason(simulate(flowInput(), signature))).toBe('ECDSAInvalidSignature()')
  })
})

describe('2 type hashes', () => {
  /** Signed by hand from the measured hash of the type, so that a wrong type string on both sides would show. */
  const sign = (separator: Hex, structHash: Hex) =>
    alice.sign({ hash: keccak256(concat(['0x1901', separator, structHash])) })
  const permissionsSeparator = '0x37544652f726af3382c88d29639c4166ef760702b1d7b5a1e1c2fdc24188006d'
  const serversSeparator = '0x1e1a6eee6d6125208b1985f92af4a7e6c04272e159b4d22824eefeca2fd1be12'
  const words = (...values: (Hex | bigint)[]) =>
    keccak256(
      concat(values.map((value) => (typeof value === 'bigint' ? numberToHex(value, { size: 32 }) : value))),
    )
  const textHash = (text: string) => keccak256(toHex(text))
  const padded = (address: Hex) => encodeAbiParameters([{ type: 'address' }], [address])

  it('addServerFilesAndPermissions', async () => {
    const input = flowInput()
    const [[key] = []] = input.filePermissions
    const keyHash = words(
      '0x7697eb94e7e3f8f525756b2a8fd05671b431f9b252d0945b874ddede9a203165',
      padded(input.serverAddress),
      textHash(key?.key ?? ''),
    )
    const structHash = words(
      '0xaadba5e5d798a00ee9890b1a8838ff5ef09b769bea8b22ad4e0e9c8ff6a12e41',
      input.nonce,
      input.granteeId,
      textHash(input.grant),
      words(textHash(input.fileUrls[0] ?? '')),
      words(0n),
      padded(input.serverAddress),
      textHash(input.serverUrl),
      textHash(input.serverPublicKey),
      words(words(keyHash)),
    )
    expect(await userOf(input, await sign(permissionsSeparator, structHash))).toBe(alice.address)
  })

  it('addPermission', async () => {
    const input = { nonce: 0n, granteeId: 1n, grant: 'grant', fileIds: [] }
    const structHash = words(
      '0xdfa7827c04e9e61688ea3584f596f415c5f37eb00a93d9211dd0fc2382491020',
      0n,
      1n,
      textHash('grant'),
      keccak256('0x'),
    )
    const signature = await sign(permissionsSeparator, structHash)
    await chain.mined(chain.permissions.write.addPermission([input, signature]))
    expect((await chain.permissions.read.permissions([1n])).grantor).toBe(alice.address)
  })

  it('revokePermissionWithSignature', async () => {
    await runFlow(chain)
    const structHash = words('0xb994287c2555dc7bf47fcc6172a34900e74b28c97e165931954f757230763cdd', 1n, 1n)
    const signature = await sign(permissionsSeparator, structHash)
    await chain.mined(
      chain.permissions.write.revokePermissionWithSignature([{ nonce: 1n, permissionId: 1n }, signature]),
    )
    expect(await chain.permissions.read.userPermissionIdsLength([alice.address])).toBe(0n)
  })

  it('addServerWithSignature', async () => {
    const input = { nonce: 0n, serverAddress: bob.address, publicKey: 'key', serverUrl: 'url' }
    const structHash = words(
      '0x473ddd981c8c8edbf3021e68a0adbe274b1a0f78b40b9e5cbb7966c0f93e1024',
      0n,
      padded(bob.address),
      textHash('key'),
      textHash('url'),
    )
    const signature = await sign(serversSeparator, structHash)
    await chain.mined(chain.servers.write.addServerWithSignature([input, signature]))
    expect((await chain.servers.read.servers([1n])).owner).toBe(alice.address)
  })

  it('trustServerWithSignature and untrustServerWithSignature', async () => {
    await runFlow(chain, {}, bob)
    const trust = words('0xa359d016dc93923992f6855118b4f526b2b7fd4b1aa60a26e443f8803889af65', 0n, 1n)
    await chain.mined(
      chain.servers.write.trustServerWithSignature([
        { nonce: 0n, serverId: 1n },
        await sign(serversSeparator, trust),
      ]),
    )
    const untrust = words('0x42682b189ee3c02e059aa9f6566250d6bedfee81731452e03bc3ec9ea8341051', 1n, 1n)
    const { blockNumber } = await chain.mined(
      chain.servers.write.untrustServerWithSignature([
        { nonce: 1n, serverId: 1n },
        await sign(serversSeparator, untrust),
      ]),
    )
    const { startBlock, endBlock } = await chain.servers.read.userServers([alice.address, 1n])
    expect([startBlock, endBlock]).toEqual([blockNumber - 1n, blockNumber])
  })
})
