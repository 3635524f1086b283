import { zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import type { ContractChain } from './contract-chain.ts'
import { addressNamed } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

const nobody = addressNamed('nobody')

let chain: ContractChain
useContractChain(async (started) => {
  chain = started
})

describe('9 reads of unknown things', () => {
  it.each([0n, 7n])('permissions, files and servers echo the id %i, the rest is empty', async (id) => {
    expect(await chain.permissions.read.permissions([id])).toEqual({
      id,
      grantor: zeroAddress,
      nonce: 0n,
      granteeId: 0n,
      grant: '',
      startBlock: 0n,
      endBlock: 0n,
      fileIds: [],
    })
    expect(await chain.registry.read.files([id])).toEqual({
      id,
      ownerAddress: zeroAddress,
      url: '',
      schemaId: 0n,
      addedAtBlock: 0n,
    })
    expect(await chain.servers.read.servers([id])).toEqual({
      id,
      owner: zeroAddress,
      serverAddress: zeroAddress,
      publicKey: '',
      url: '',
    })
  })

  it.each([0n, 7n])('grantee %i is empty', async (id) => {
    const empty = { owner: zeroAddress, granteeAddress: zeroAddress, publicKey: '', permissionIds: [] }
    expect(await chain.grantees.read.grantees([id])).toEqual(empty)
    expect(await chain.grantees.read.granteeInfo([id])).toEqual(empty)
    expect(await chain.grantees.read.granteeByAddress([nobody])).toEqual(empty)
    expect(await chain.grantees.read.granteePermissionIds([id])).toEqual([])
  })

  it('a server by an unknown address has id 0', async () => {
    expect(await chain.servers.read.serverByAddress([nobody])).toEqual({
      id: 0n,
      owner: zeroAddress,
      serverAddress: zeroAddress,
      publicKey: '',
      url: '',
    })
    expect(await chain.servers.read.serverAddressToId([nobody])).toBe(0n)
  })

  it('userServers reverts', async () => {
    expect(await revertReason(chain.servers.read.userServers([nobody, 1n]))).toBe('ServerNotTrusted()')
  })

  it('lists, keys and nonces of an unknown account are empty', async () => {
    expect(await chain.permissions.read.users([nobody])).toEqual([0n, []])
    expect(await chain.permissions.read.permissionFileIds([7n])).toEqual([])
    expect(await chain.permissions.read.filePermissionIds([7n])).toEqual([])
    expect(await chain.servers.read.users([nobody])).toEqual([0n, []])
    expect(await chain.servers.read.userServerValues([nobody])).toEqual([])
    expect(await chain.registry.read.fileIdByUrl(['nowhere'])).toBe(0n)
    expect(await chain.registry.read.filePermissions([7n, nobody])).toBe('')
    expect(await chain.permissions.read.filePermissions([7n])).toEqual([])
    expect(await chain.permissions.read.userPermissionIdsLength([nobody])).toBe(0n)
    expect(await chain.servers.read.userServerIdsValues([nobody])).toEqual([])
    expect(await chain.grantees.read.granteePermissions([7n])).toEqual([])
    expect(await chain.grantees.read.granteeAddressToId([nobody])).toBe(0n)
  })

  it.each([0n, 7n])('schema %i reverts, too', async (id) => {
    expect(await revertReason(chain.schemas.read.schemas([id]))).toBe(`InvalidSchemaId(${id})`)
  })
})
