import { concat, encodeFunctionData, hexToBigInt, keccak256, numberToHex, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { emittedEvents } from './emitted-events.ts'
import { addressNamed, alice, bob, registerApp, runFlow } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

const app = addressNamed('app')
const other = addressNamed('other app')

/** One grantee, the app. */
let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await registerApp(chain)
})

describe('7 registerGrantee', () => {
  it('anyone may register any address for any owner', async () => {
    const receipt = await chain.mined(
      chain.grantees.write.registerGrantee([bob.address, alice.address, 'key']),
    )
    expect(emittedEvents(receipt)).toEqual([
      {
        event: 'grantees.GranteeRegistered',
        args: { granteeId: 2n, owner: bob.address, granteeAddress: alice.address, publicKey: 'key' },
      },
    ])
    expect(await chain.grantees.read.grantees([2n])).toEqual({
      owner: bob.address,
      granteeAddress: alice.address,
      publicKey: 'key',
      permissionIds: [],
    })
    expect(await chain.grantees.read.granteesCount()).toBe(2n)
    expect(await chain.grantees.read.granteeAddressToId([alice.address])).toBe(2n)
  })

  it('returns the id', async () => {
    expect((await chain.grantees.simulate.registerGrantee([other, other, 'key'])).result).toBe(2n)
  })

  it('checks public key, addresses and whether the address is taken, in that order', async () => {
    const attempt = (...args: Parameters<typeof chain.grantees.simulate.registerGrantee>[0]) =>
      revertReason(chain.grantees.simulate.registerGrantee(args))
    expect(await attempt(zeroAddress, app, '')).toBe('EmptyPublicKey()')
    expect(await attempt(zeroAddress, app, 'key')).toBe('ZeroAddress()')
    expect(await attempt(app, zeroAddress, 'key')).toBe('ZeroAddress()')
    expect(await attempt(other, app, 'key')).toBe('GranteeAlreadyRegistered()')
  })

  it('stops with a pause, before anything else', async () => {
    await chain.mined(chain.grantees.write.pause(asOwner))
    const call = chain.grantees.simulate.registerGrantee([zeroAddress, zeroAddress, ''])
    expect(await revertReason(call)).toBe('EnforcedPause()')
  })
})

describe("7 a grantee's permissions", () => {
  it('flows go on while Grantees is paused, revocation too', async () => {
    await chain.mined(chain.grantees.write.pause(asOwner))
    await runFlow(chain)
    await chain.unlock(alice.address)
    await chain.mined(chain.permissions.write.revokePermission([1n], { account: alice.address }))
    expect(await chain.grantees.read.granteePermissionIds([1n])).toEqual([])
  })

  it('are added and removed by permission managers, the owner among them', async () => {
    await chain.mined(chain.grantees.write.addPermissionToGrantee([1n, 7n], asOwner))
    await chain.mined(chain.grantees.write.addPermissionToGrantee([1n, 7n], asOwner))
    await chain.mined(chain.grantees.write.addPermissionToGrantee([1n, 8n], asOwner))
    expect(await chain.grantees.read.granteePermissions([1n])).toEqual([7n, 8n])
    await chain.mined(chain.grantees.write.removePermissionFromGrantee([1n, 7n], asOwner))
    await chain.mined(chain.grantees.write.removePermissionFromGrantee([1n, 7n], asOwner))
    expect(await chain.grantees.read.granteePermissions([1n])).toEqual([8n])
  })

  it('others may not', async () => {
    const missing = new RegExp(`^AccessControlUnauthorizedAccount\\(${chain.relayer}, 0x50dd`)
    for (const name of ['addPermissionToGrantee', 'removePermissionFromGrantee'] as const) {
      expect(await revertReason(chain.grantees.simulate[name]([1n, 1n]))).toMatch(missing)
    }
  })

  it('need a grantee', async () => {
    for (const name of ['addPermissionToGrantee', 'removePermissionFromGrantee'] as const) {
      for (const id of [0n, 2n]) {
        expect(await revertReason(chain.grantees.simulate[name]([id, 1n], asOwner))).toBe('GranteeNotFound()')
      }
    }
  })

  it('are in every read of the grantee', async () => {
    await runFlow(chain)
    const grantee = await chain.grantees.read.grantees([1n])
    expect(grantee.permissionIds).toEqual([1n])
    expect(await chain.grantees.read.granteeInfo([1n])).toEqual(grantee)
    expect(await chain.grantees.read.granteeByAddress([app])).toEqual(grantee)
    expect(await chain.grantees.read.granteePermissionIds([1n])).toEqual([1n])
  })
})

describe('7 the cost of reading a grantee grows with its active permissions', () => {
  /** Where the list of ids of grantee 1 is stored: `_grantees[1].permissionIds`. */
  const listSlot =
    hexToBigInt(keccak256(concat([numberToHex(1, { size: 32 }), numberToHex(3, { size: 32 })]))) + 3n
  const word = (value: bigint) => numberToHex(value, { size: 32 })

  /** The chain as it would be after so many flows, for one call. */
  const withPermissions = (count: number) => ({
    address: chain.grantees.address,
    stateDiff: [
      { slot: word(listSlot), value: word(BigInt(count)) },
      ...Array.from({ length: count }, (_, index) => ({
        slot: word(hexToBigInt(keccak256(word(listSlot))) + BigInt(index)),
        value: word(BigInt(index + 1)),
      })),
    ],
  })
  const readGas = async (count: number) =>
    Number(
      await chain.client.estimateGas({
        to: chain.grantees.address,
        data: encodeFunctionData({ abi: chain.grantees.abi, functionName: 'grantees', args: [1n] }),
        stateOverride: [withPermissions(count)],
      }),
    )

  it('every id is in the answer', async () => {
    const { permissionIds } = await chain.client.readContract({
      address: chain.grantees.address,
      abi: chain.grantees.abi,
      functionName: 'grantees',
      args: [1n],
      stateOverride: [withPermissions(1_200)],
    })
    expect(permissionIds).toHaveLength(1_200)
    expect(permissionIds.at(-1)).toBe(1_200n)
  })

  it.each([
    [1_200, 2_800_000],
    [5_200, 12_200_000],
    [10_000, 23_800_000],
  ])('%i ids: as measured on the deployed contract, to 3 %%', async (count, measured) => {
    expect(Math.abs((await readGas(count)) / measured - 1)).toBeLessThan(0.03)
  })

  it('2,350 to 2,550 gas for each id', async () => {
    const perId = ((await readGas(10_000)) - (await readGas(5_200))) / 4_800
    expect(perId).toBeGreaterThan(2_350)
    expect(perId).toBeLessThan(2_550)
  })

  it('13,000 ids are too many for a call of 30 million gas', async () => {
    await expect(readGas(13_000)).rejects.toThrow()
  })
})
