import { encodeFunctionData } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { addressNamed, alice, bob, registerApp, runFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

const app = addressNamed('app')

/** The app is registered and has the permissions 1, 2 and 3. */
let chain: ContractChain
useContractChain(
  async (started) => {
    chain = started
    await registerApp(chain)
    await runFlow(chain)
    await runFlow(chain, { nonce: 1n })
    await runFlow(chain, { nonce: 2n })
  },
  { reference: '2026-04' },
)

describe('12 registerGrantee', () => {
  it('a stranger may not register one account for another, whatever else is wrong', async () => {
    const attempt = chain.grantees.simulate.registerGrantee([alice.address, bob.address, ''])
    expect(await revertReason(attempt)).toBe('UnauthorizedRegistration()')
  })

  it('anyone may register a grantee that owns itself; a maintainer may register any', async () => {
    const { simulate } = chain.grantees
    expect((await simulate.registerGrantee([bob.address, bob.address, 'key'])).result).toBe(2n)
    expect((await simulate.registerGrantee([alice.address, bob.address, 'key'], asOwner)).result).toBe(2n)
  })

  it('a pause still comes first', async () => {
    await chain.mined(chain.grantees.write.pause(asOwner))
    const attempt = chain.grantees.simulate.registerGrantee([alice.address, bob.address, ''])
    expect(await revertReason(attempt)).toBe('EnforcedPause()')
  })
})

describe('12 reads that do not grow', () => {
  it('a grantee with the number of its permissions, in three ways', async () => {
    const { granteesV2, grantees } = chain
    const { owner, granteeAddress, publicKey } = await grantees.read.grantees([1n])
    const expected = { owner, granteeAddress, publicKey, permissionsCount: 3n }
    expect(await granteesV2.read.granteesV2([1n])).toEqual(expected)
    expect(await granteesV2.read.granteeInfoV2([1n])).toEqual(expected)
    expect(await granteesV2.read.granteeByAddressV2([app])).toEqual(expected)
    expect((await granteesV2.read.granteesV2([9n])).permissionsCount).toBe(0n)
  })

  it.each([
    { offset: 0n, limit: 2n, page: [1n, 2n], more: true },
    { offset: 2n, limit: 2n, page: [3n], more: false },
    { offset: 0n, limit: 3n, page: [1n, 2n, 3n], more: false },
    { offset: 1n, limit: 1n, page: [2n], more: true },
    { offset: 3n, limit: 2n, page: [], more: false },
    { offset: 9n, limit: 2n, page: [], more: false },
    { offset: 0n, limit: 0n, page: [], more: true },
    { offset: 1n, limit: 2n ** 256n - 1n, page: [2n, 3n], more: false },
  ])('permissions from $offset, at most $limit', async ({ offset, limit, page, more }) => {
    expect(await chain.granteesV2.read.granteePermissionsPaginated([1n, offset, limit])).toEqual([
      page,
      3n,
      more,
    ])
  })

  it.each([0n, 2n])('a page of the unknown grantee %i reverts', async (id) => {
    expect(await revertReason(chain.granteesV2.read.granteePermissionsPaginated([id, 0n, 1n]))).toBe(
      'GranteeNotFound()',
    )
  })

  it('a revoked permission leaves count and pages, and the last one takes its place', async () => {
    const { granteesV2, permissions } = chain
    await chain.unlock(alice.address)
    await chain.mined(permissions.write.revokePermission([1n], { account: alice.address }))
    expect((await granteesV2.read.granteesV2([1n])).permissionsCount).toBe(2n)
    expect(await granteesV2.read.granteePermissionsPaginated([1n, 0n, 2n])).toEqual([[3n, 2n], 2n, false])
  })

  it('the old reads stay', async () => {
    expect((await chain.grantees.read.grantees([1n])).permissionIds).toEqual([1n, 2n, 3n])
  })
})

it.each(['permissions', 'servers', 'grantees', 'registry'] as const)(
  '12 multicall is gone from %s',
  async (name) => {
    const data = encodeFunctionData({ abi: chain.permissions.abi, functionName: 'multicall', args: [[]] })
    await expect(chain.client.call({ to: chain.contracts[name], data })).rejects.toThrow(/reverted/)
  },
)
