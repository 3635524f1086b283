import { maxUint256, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { emittedEvents, eventNames } from './emitted-events.ts'
import {
  addressNamed,
  alice,
  bob,
  registerApp,
  runFlow,
  serverAddress,
  signedFlow,
  tryFlow,
} from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

const url = 'https://storage.example/file-1'
const otherUrl = 'https://storage.example/file-2'

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

const addSchema = () => chain.mined(chain.schemas.write.addSchema(['name', 'json', 'https://schema.example']))

describe('5.1 order of checks: a call with two faults reverts for the earlier one', () => {
  it('1: a pause comes before the signature', async () => {
    await chain.mined(chain.permissions.write.pause(asOwner))
    const [input] = await signedFlow()
    const call = chain.permissions.simulate.addServerFilesAndPermissions([input, '0x1234'])
    expect(await revertReason(call)).toBe('EnforcedPause()')
  })

  it('2: a malformed signature comes before the nonce', async () => {
    const [input] = await signedFlow({ nonce: 7n })
    const call = chain.permissions.simulate.addServerFilesAndPermissions([input, '0x1234'])
    expect(await revertReason(call)).toBe('ECDSAInvalidSignatureLength(2)')
  })

  it('3: the nonce comes before the lengths', async () => {
    expect(await revertReason(tryFlow(chain, { nonce: 1n, schemaIds: [] }))).toBe('InvalidNonce(0, 1)')
  })

  it('4: as many schemas as files, before as many key lists as files', async () => {
    expect(await revertReason(tryFlow(chain, { schemaIds: [0n, 0n], filePermissions: [] }))).toBe(
      'InvalidSchemaIdsLength(1, 2)',
    )
  })

  it('5: as many key lists as files, before the server', async () => {
    expect(await revertReason(tryFlow(chain, { filePermissions: [], serverPublicKey: '' }))).toBe(
      'InvalidPermissionsLength(1, 0)',
    )
  })

  it('6a: an unknown server needs a public key, then a URL, then an address', async () => {
    const nothing = { serverPublicKey: '', serverUrl: '', serverAddress: zeroAddress }
    expect(await revertReason(tryFlow(chain, nothing))).toBe('EmptyPublicKey()')
    expect(await revertReason(tryFlow(chain, { ...nothing, serverPublicKey: '0x04' }))).toBe('EmptyUrl()')
    expect(await revertReason(tryFlow(chain, { serverAddress: zeroAddress, grant: '' }))).toBe(
      'ZeroAddress()',
    )
  })

  it('6: a pause of Servers stops a flow with a new server and with a known one, before its files', async () => {
    await runFlow(chain, {}, bob)
    await chain.mined(chain.servers.write.pause(asOwner))
    const newServer = { serverAddress: addressNamed('other server') }
    expect(await revertReason(tryFlow(chain, { ...newServer, serverPublicKey: '' }))).toBe('EnforcedPause()')
    expect(await revertReason(tryFlow(chain))).toBe('EnforcedPause()')
  })

  it("7: another's file comes before its schema, the grant and the grantee", async () => {
    await runFlow(chain, {}, bob)
    const faults = { schemaIds: [9n], grant: '', granteeId: 9n }
    expect(await revertReason(tryFlow(chain, faults))).toBe(`NotFileOwner(${bob.address}, ${alice.address})`)
  })

  it('7: an unknown schema, for a new file and for a known one, comes before the grant', async () => {
    await runFlow(chain)
    const known = tryFlow(chain, { nonce: 1n, schemaIds: [9n], grant: '' })
    expect(await revertReason(known)).toBe('InvalidSchemaId(9)')
    const added = tryFlow(chain, { nonce: 1n, fileUrls: [otherUrl], schemaIds: [9n], grant: '' })
    expect(await revertReason(added)).toBe('InvalidSchemaId(9)')
  })

  it("7: another's file comes before a paused registry, and a server's faults before the file", async () => {
    await runFlow(chain, {}, bob)
    await chain.mined(chain.registry.write.pause(asOwner))
    expect(await revertReason(tryFlow(chain))).toMatch(/^NotFileOwner\(/)
    const unknownServer = { serverAddress: addressNamed('other server'), serverPublicKey: '' }
    expect(await revertReason(tryFlow(chain, unknownServer))).toBe('EmptyPublicKey()')
  })

  it('7: a paused registry comes before an unknown schema', async () => {
    await chain.mined(chain.registry.write.pause(asOwner))
    expect(await revertReason(tryFlow(chain, { schemaIds: [9n] }))).toBe('EnforcedPause()')
  })

  it('7: files are checked in the order of the input', async () => {
    await runFlow(chain, {}, bob)
    const bobsFirst = { fileUrls: [url, otherUrl], schemaIds: [0n, 9n] }
    expect(await revertReason(tryFlow(chain, bobsFirst))).toMatch(/^NotFileOwner/)
    const bobsLast = { fileUrls: [otherUrl, url], schemaIds: [9n, 0n] }
    expect(await revertReason(tryFlow(chain, bobsLast))).toBe('InvalidSchemaId(9)')
  })

  it('7: a pause of the registry stops new files and known ones', async () => {
    await runFlow(chain)
    await chain.mined(chain.registry.write.pause(asOwner))
    expect(await revertReason(tryFlow(chain, { nonce: 1n }))).toBe('EnforcedPause()')
    expect(await revertReason(tryFlow(chain, { nonce: 1n, fileUrls: [otherUrl] }))).toBe('EnforcedPause()')
  })

  it('7: a flow without files does not mind a paused registry', async () => {
    await chain.mined(chain.registry.write.pause(asOwner))
    expect((await runFlow(chain, { fileUrls: [] })).status).toBe('success')
  })

  it('8: an empty grant comes before the grantee', async () => {
    expect(await revertReason(tryFlow(chain, { grant: '', granteeId: 0n }))).toBe('EmptyGrant()')
  })

  it('9: the grantee must be one of those registered', async () => {
    expect(await revertReason(tryFlow(chain, { granteeId: 0n }))).toBe('GranteeNotFound()')
    expect(await revertReason(tryFlow(chain, { granteeId: 2n }))).toBe('GranteeNotFound()')
  })
})

describe('5.1 effects', () => {
  it('a first flow emits for server, files and permission, in that order and with these arguments', async () => {
    const receipt = await runFlow(chain, { fileUrls: [url, otherUrl] })
    const user = alice.address
    expect(emittedEvents(receipt)).toEqual([
      {
        event: 'servers.ServerRegistered',
        args: {
          serverId: 1n,
          owner: user,
          serverAddress: expect.stringMatching(new RegExp(serverAddress, 'i')),
          publicKey: '0x04aa',
          url: 'https://server.example',
        },
      },
      { event: 'servers.ServerTrusted', args: { user, serverId: 1n } },
      { event: 'registry.FileAdded', args: { fileId: 1n, ownerAddress: user, url } },
      { event: 'registry.FileAddedV2', args: { fileId: 1n, ownerAddress: user, url, schemaId: 0n } },
      { event: 'registry.PermissionGranted', args: expect.objectContaining({ fileId: 1n }) },
      { event: 'registry.FileAdded', args: { fileId: 2n, ownerAddress: user, url: otherUrl } },
      {
        event: 'registry.FileAddedV2',
        args: { fileId: 2n, ownerAddress: user, url: otherUrl, schemaId: 0n },
      },
      { event: 'registry.PermissionGranted', args: expect.objectContaining({ fileId: 2n }) },
      {
        event: 'permissions.PermissionAdded',
        args: {
          permissionId: 1n,
          user,
          granteeId: 1n,
          grant: 'https://storage.example/grant-1',
          fileIds: [1n, 2n],
        },
      },
    ])
  })

  it('a later flow with known server and file emits ServerTrusted, FileAddedV2 and PermissionGranted again', async () => {
    await runFlow(chain)
    expect(eventNames(await runFlow(chain, { nonce: 1n }))).toEqual([
      'servers.ServerTrusted',
      'registry.FileAddedV2',
      'registry.PermissionGranted',
      'permissions.PermissionAdded',
    ])
  })

  it('the permission is stored with nonce, start block, no end, and its files', async () => {
    await runFlow(chain)
    const { blockNumber } = await runFlow(chain, { nonce: 1n, fileUrls: [url, otherUrl] })
    expect(await chain.permissions.read.permissions([2n])).toEqual({
      id: 2n,
      grantor: alice.address,
      nonce: 1n,
      granteeId: 1n,
      grant: 'https://storage.example/grant-1',
      startBlock: blockNumber,
      endBlock: maxUint256,
      fileIds: [1n, 2n],
    })
    expect(await chain.permissions.read.permissionFileIds([2n])).toEqual([1n, 2n])
  })

  it('the permission is linked to its files, the user and the grantee', async () => {
    await runFlow(chain)
    await runFlow(chain, { nonce: 1n, fileUrls: [url, otherUrl] })
    expect(await chain.permissions.read.filePermissionIds([1n])).toEqual([1n, 2n])
    expect(await chain.permissions.read.filePermissions([2n])).toEqual([2n])
    expect(await chain.permissions.read.userPermissionIdsValues([alice.address])).toEqual([1n, 2n])
    expect(await chain.permissions.read.userPermissionIdsLength([alice.address])).toBe(2n)
    expect(await chain.permissions.read.userPermissionIdsAt([alice.address, 1n])).toBe(2n)
    expect(await chain.permissions.read.users([alice.address])).toEqual([2n, [1n, 2n]])
    expect(await chain.grantees.read.granteePermissionIds([1n])).toEqual([1n, 2n])
  })

  it('an index beyond the list of permissions panics', async () => {
    await runFlow(chain)
    expect(await revertReason(chain.permissions.read.userPermissionIdsAt([alice.address, 1n]))).toBe(
      'Panic(50)',
    )
  })

  it('the call returns the id of the permission', async () => {
    expect((await tryFlow(chain)).result).toBe(1n)
  })

  it('the sender plays no part: a relayed flow belongs to its signer', async () => {
    await runFlow(chain)
    expect(await chain.permissions.read.userPermissionIdsLength([chain.relayer])).toBe(0n)
    expect((await chain.registry.read.files([1n])).ownerAddress).toBe(alice.address)
  })
})

describe('5.1 situations', () => {
  const known = { serverUrl: 'https://elsewhere.example', serverPublicKey: '0x04cc' }

  it('a known server with another URL or key: the new values are ignored, even empty ones', async () => {
    await runFlow(chain)
    const before = await chain.servers.read.servers([1n])
    await runFlow(chain, { nonce: 1n, ...known })
    await runFlow(chain, { nonce: 2n, serverUrl: '', serverPublicKey: '' })
    expect(await chain.servers.read.servers([1n])).toEqual(before)
  })

  it("another user's flow with a known server: that user trusts it too, its owner stays", async () => {
    await runFlow(chain)
    const receipt = await runFlow(chain, { ...known, fileUrls: [otherUrl] }, bob)
    expect(eventNames(receipt)[0]).toBe('servers.ServerTrusted')
    expect((await chain.servers.read.servers([1n])).owner).toBe(alice.address)
    expect(await chain.servers.read.userServerIdsValues([bob.address])).toEqual([1n])
    expect(await chain.servers.read.serversCount()).toBe(1n)
  })

  it('a server that was untrusted: the window of trust restarts, the list of ids stays', async () => {
    await runFlow(chain)
    await chain.unlock(alice.address)
    await chain.mined(chain.servers.write.untrustServer([1n], { account: alice.address }))
    const { blockNumber } = await runFlow(chain, { nonce: 1n })
    expect(await chain.servers.read.userServers([alice.address, 1n])).toMatchObject({
      startBlock: blockNumber,
      endBlock: maxUint256,
    })
    expect(await chain.servers.read.userServerIdsValues([alice.address])).toEqual([1n])
  })

  it("the user's own URL again: same file, key and schema overwritten, block kept, new permission linked", async () => {
    await addSchema()
    const first = await runFlow(chain, { schemaIds: [1n] })
    expect((await chain.registry.read.files([1n])).schemaId).toBe(1n)
    await runFlow(chain, { nonce: 1n, filePermissions: [[{ account: serverAddress, key: 'new key' }]] })
    expect(await chain.registry.read.files([1n])).toEqual({
      id: 1n,
      ownerAddress: alice.address,
      url,
      schemaId: 0n,
      addedAtBlock: first.blockNumber,
    })
    expect(await chain.registry.read.filePermissions([1n, serverAddress])).toBe('new key')
    expect(await chain.permissions.read.filePermissionIds([1n])).toEqual([1n, 2n])
    expect(await chain.registry.read.filesCount()).toBe(1n)
  })

  it("the user's own URL, registered at the registry before: the flow takes that file", async () => {
    const keys = [
      { account: serverAddress, key: 'old' },
      { account: bob.address, key: 'for Bob' },
    ]
    await addSchema()
    const args = [url, alice.address, keys, 1n] as const
    const { blockNumber } = await chain.mined(chain.registry.write.addFileWithPermissionsAndSchema(args))
    await runFlow(chain)
    expect(await chain.permissions.read.permissionFileIds([1n])).toEqual([1n])
    expect(await chain.registry.read.files([1n])).toMatchObject({ schemaId: 0n, addedAtBlock: blockNumber })
    expect(await chain.registry.read.filePermissions([1n, serverAddress])).toBe('key of file 0')
    expect(await chain.registry.read.filePermissions([1n, bob.address])).toBe('for Bob')
    expect(await chain.registry.read.filesCount()).toBe(1n)
  })

  it('a URL registered by another account blocks the flow', async () => {
    await chain.mined(chain.registry.write.addFile([url]))
    expect(await revertReason(tryFlow(chain))).toBe(`NotFileOwner(${chain.relayer}, ${alice.address})`)
  })

  it('one URL twice in a call: one file, the event lists it twice, the record once, the last key wins', async () => {
    const receipt = await runFlow(chain, { fileUrls: [url, url] })
    expect(eventNames(receipt)).toEqual([
      'servers.ServerRegistered',
      'servers.ServerTrusted',
      'registry.FileAdded',
      'registry.FileAddedV2',
      'registry.PermissionGranted',
      'registry.FileAddedV2',
      'registry.PermissionGranted',
      'permissions.PermissionAdded',
    ])
    expect(emittedEvents(receipt).at(-1)?.args).toMatchObject({ fileIds: [1n, 1n] })
    expect(await chain.permissions.read.permissionFileIds([1n])).toEqual([1n])
    expect(await chain.permissions.read.filePermissionIds([1n])).toEqual([1n])
    expect(await chain.registry.read.filePermissions([1n, serverAddress])).toBe('key of file 1')
    expect(await chain.registry.read.filesCount()).toBe(1n)
  })

  it('one URL twice, with two schemas and keys for two accounts: the last schema, both keys', async () => {
    await addSchema()
    await runFlow(chain, {
      fileUrls: [url, url],
      schemaIds: [1n, 0n],
      filePermissions: [[{ account: bob.address, key: 'for Bob' }], [{ account: serverAddress, key: 'key' }]],
    })
    expect((await chain.registry.read.files([1n])).schemaId).toBe(0n)
    expect(await chain.registry.read.filePermissions([1n, bob.address])).toBe('for Bob')
    expect(await chain.registry.read.filePermissions([1n, serverAddress])).toBe('key')
    expect(await revertReason(tryFlow(chain, { nonce: 1n, fileUrls: [url, url], schemaIds: [0n, 9n] }))).toBe(
      'InvalidSchemaId(9)',
    )
  })

  it('no files: a permission on nothing', async () => {
    const receipt = await runFlow(chain, { fileUrls: [] })
    expect(emittedEvents(receipt).at(-1)?.args).toMatchObject({ fileIds: [] })
    expect(await chain.permissions.read.permissionFileIds([1n])).toEqual([])
  })

  it('a file without keys, an empty key, the zero account and an empty URL are accepted', async () => {
    await runFlow(chain, {
      fileUrls: ['', url],
      filePermissions: [[], [{ account: zeroAddress, key: '' }]],
    })
    expect(await chain.registry.read.fileIdByUrl([''])).toBe(1n)
    expect(await chain.registry.read.filePermissions([2n, zeroAddress])).toBe('')
  })

  it('a file may have keys for several accounts', async () => {
    const receipt = await runFlow(chain, {
      filePermissions: [
        [
          { account: serverAddress, key: 'one' },
          { account: bob.address, key: 'two' },
        ],
      ],
    })
    expect(eventNames(receipt).filter((name) => name === 'registry.PermissionGranted')).toHaveLength(2)
    expect(await chain.registry.read.filePermissions([1n, bob.address])).toBe('two')
  })

  it('a known schema is stored', async () => {
    await addSchema()
    await runFlow(chain, { schemaIds: [1n] })
    expect((await chain.registry.read.files([1n])).schemaId).toBe(1n)
  })

  it('a transaction that reverts on chain leaves nothing behind', async () => {
    const args = await signedFlow({ grant: '' })
    const receipt = await chain.mined(
      chain.permissions.write.addServerFilesAndPermissions(args, { gas: 3_000_000n }),
    )
    expect(receipt).toMatchObject({ status: 'reverted', logs: [] })
    expect(await chain.servers.read.serversCount()).toBe(0n)
    expect(await chain.registry.read.filesCount()).toBe(0n)
    expect(await chain.permissions.read.userNonce([alice.address])).toBe(0n)
  })
})
