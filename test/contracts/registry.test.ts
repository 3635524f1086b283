import { keccak256, toHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { asOwner, type ContractChain } from './contract-chain.ts'
import { emittedEvents, eventNames } from './emitted-events.ts'
import { alice, bob } from './flow-input.ts'
import { revertReason } from './revert-reason.ts'
import { useContractChain } from './use-contract-chain.ts'

const asAlice = { account: alice.address }
const key = (account: `0x${string}`, text: string) => ({ account, key: text })

/** One file, Alice's, and one schema. */
let chain: ContractChain
useContractChain(async (started) => {
  chain = started
  await chain.unlock(alice.address)
  await chain.mined(chain.registry.write.addFile(['first'], asAlice))
  await chain.mined(chain.schemas.write.addSchema(['name', 'json', 'https://schema.example']))
})

describe('8 adding files', () => {
  it("addFile: the caller's, without schema, with both events", async () => {
    const receipt = await chain.mined(chain.registry.write.addFile(['second'], asAlice))
    const args = { fileId: 2n, ownerAddress: alice.address, url: 'second' }
    expect(emittedEvents(receipt)).toEqual([
      { event: 'registry.FileAdded', args },
      { event: 'registry.FileAddedV2', args: { ...args, schemaId: 0n } },
    ])
    expect(await chain.registry.read.files([2n])).toEqual({
      id: 2n,
      ownerAddress: alice.address,
      url: 'second',
      schemaId: 0n,
      addedAtBlock: receipt.blockNumber,
    })
    expect(await chain.registry.read.filesCount()).toBe(2n)
    expect(await chain.registry.read.fileIdByUrl(['second'])).toBe(2n)
  })

  it('addFileWithSchema: with schema', async () => {
    await chain.mined(chain.registry.write.addFileWithSchema(['second', 1n], asAlice))
    expect((await chain.registry.read.files([2n])).schemaId).toBe(1n)
  })

  it('addFileWithPermissions: anyone may add for any owner, with keys', async () => {
    const keys = [key(alice.address, 'one'), key(bob.address, 'two')]
    const receipt = await chain.mined(
      chain.registry.write.addFileWithPermissions(['second', bob.address, keys]),
    )
    expect(emittedEvents(receipt).slice(2)).toEqual([
      { event: 'registry.PermissionGranted', args: { fileId: 2n, account: alice.address } },
      { event: 'registry.PermissionGranted', args: { fileId: 2n, account: bob.address } },
    ])
    expect((await chain.registry.read.files([2n])).ownerAddress).toBe(bob.address)
    expect(await chain.registry.read.filePermissions([2n, bob.address])).toBe('two')
  })

  it('addFileWithPermissionsAndSchema: with both', async () => {
    const args = ['second', bob.address, [key(bob.address, 'two')], 1n] as const
    const receipt = await chain.mined(chain.registry.write.addFileWithPermissionsAndSchema(args))
    expect(eventNames(receipt)).toEqual([
      'registry.FileAdded',
      'registry.FileAddedV2',
      'registry.PermissionGranted',
    ])
    expect((await chain.registry.read.files([2n])).schemaId).toBe(1n)
  })

  it('each tells the id of its file', async () => {
    const { simulate } = chain.registry
    const calls = [
      simulate.addFile(['second']),
      simulate.addFileWithSchema(['second', 1n]),
      simulate.addFileWithPermissions(['second', bob.address, []]),
      simulate.addFileWithPermissionsAndSchema(['second', bob.address, [], 1n]),
    ]
    expect((await Promise.all(calls)).map(({ result }) => result)).toEqual([2n, 2n, 2n, 2n])
  })

  it('a URL that is taken comes before a schema that is unknown', async () => {
    const { simulate } = chain.registry
    expect(await revertReason(simulate.addFileWithSchema(['first', 9n]))).toBe('FileUrlAlreadyUsed()')
    expect(await revertReason(simulate.addFileWithSchema(['second', 9n]))).toBe('InvalidSchemaId(9)')
    expect(
      await revertReason(simulate.addFileWithPermissionsAndSchema(['second', bob.address, [], 2n])),
    ).toBe('InvalidSchemaId(2)')
  })

  it('a URL is the same only byte for byte', async () => {
    await chain.mined(chain.registry.write.addFile(['First']))
    await chain.mined(chain.registry.write.addFile(['first ']))
    expect(await chain.registry.read.fileIdByUrl(['First'])).toBe(2n)
    expect(await chain.registry.read.fileIdByUrl(['first'])).toBe(1n)
  })

  it('an empty URL is one, too', async () => {
    await chain.mined(chain.registry.write.addFile(['']))
    expect(await revertReason(chain.registry.simulate.addFile(['']))).toBe('FileUrlAlreadyUsed()')
  })
})

describe('8 writing to files', () => {
  it('the owner sets a key, and again', async () => {
    const receipt = await chain.mined(
      chain.registry.write.addFilePermission([1n, bob.address, 'one'], asAlice),
    )
    expect(eventNames(receipt)).toEqual(['registry.PermissionGranted'])
    await chain.mined(chain.registry.write.addFilePermission([1n, bob.address, 'two'], asAlice))
    expect(await chain.registry.read.filePermissions([1n, bob.address])).toBe('two')
    await chain.mined(chain.registry.write.addFilePermission([1n, bob.address, ''], asAlice))
    expect(await chain.registry.read.filePermissions([1n, bob.address])).toBe('')
  })

  it('the owner sets schema and keys: FileAddedV2 with the schema, then PermissionGranted', async () => {
    const keys = [key(bob.address, 'two')]
    const receipt = await chain.mined(
      chain.registry.write.addFilePermissionsAndSchema([1n, keys, 1n], asAlice),
    )
    expect(emittedEvents(receipt)).toEqual([
      {
        event: 'registry.FileAddedV2',
        args: { fileId: 1n, ownerAddress: alice.address, url: 'first', schemaId: 1n },
      },
      { event: 'registry.PermissionGranted', args: { fileId: 1n, account: bob.address } },
    ])
    await chain.mined(chain.registry.write.addFilePermissionsAndSchema([1n, [], 0n], asAlice))
    expect((await chain.registry.read.files([1n])).schemaId).toBe(0n)
  })

  it('strangers may not, before the schema is looked at; holders of the role may', async () => {
    const { simulate, write } = chain.registry
    expect(await revertReason(simulate.addFilePermission([1n, bob.address, 'x']))).toBe('NotFileOwner()')
    expect(await revertReason(simulate.addFilePermissionsAndSchema([1n, [], 9n]))).toBe('NotFileOwner()')
    expect(await revertReason(simulate.addFilePermission([9n, bob.address, 'x'], asAlice))).toBe(
      'NotFileOwner()',
    )
    await chain.mined(write.grantRole([keccak256(toHex('DATA_PORTABILITY_ROLE')), chain.relayer], asOwner))
    await chain.mined(write.addFilePermission([1n, bob.address, 'x']))
    expect(await revertReason(simulate.addFilePermissionsAndSchema([1n, [], 9n]))).toBe('InvalidSchemaId(9)')
  })
})

describe('8 settings', () => {
  it('FileAdded can be switched off by a maintainer', async () => {
    expect(await chain.registry.read.emitLegacyEvents()).toBe(true)
    await chain.mined(chain.registry.write.updateEmitLegacyEvents([false], asOwner))
    const receipt = await chain.mined(chain.registry.write.addFile(['second']))
    expect(eventNames(receipt)).toEqual(['registry.FileAddedV2'])
    await chain.mined(chain.registry.write.updateEmitLegacyEvents([true], asOwner))
    const again = await chain.mined(chain.registry.write.addFile(['third']))
    expect(eventNames(again)).toEqual(['registry.FileAdded', 'registry.FileAddedV2'])
  })

  it('the source of schemas can be changed by a maintainer', async () => {
    await chain.mined(chain.registry.write.updateDataRefinerRegistry([bob.address], asOwner))
    expect(await chain.registry.read.dataRefinerRegistry()).toBe(bob.address)
  })

  it('others may not', async () => {
    const missing = /^AccessControlUnauthorizedAccount/
    expect(await revertReason(chain.registry.simulate.updateEmitLegacyEvents([false]))).toMatch(missing)
    expect(await revertReason(chain.registry.simulate.updateDataRefinerRegistry([bob.address]))).toMatch(
      missing,
    )
  })
})

it('8 a pause blocks all writes', async () => {
  await chain.mined(chain.registry.write.pause(asOwner))
  const { simulate } = chain.registry
  const calls = [
    simulate.addFile(['second']),
    simulate.addFileWithSchema(['second', 0n]),
    simulate.addFileWithPermissions(['second', bob.address, []]),
    simulate.addFileWithPermissionsAndSchema(['second', bob.address, [], 0n]),
    simulate.addFilePermission([1n, bob.address, 'x'], asAlice),
    simulate.addFilePermissionsAndSchema([1n, [], 0n], asAlice),
  ]
  expect(await Promise.all(calls.map(revertReason))).toEqual(calls.map(() => 'EnforcedPause()'))
  expect((await chain.registry.read.files([1n])).url).toBe('first')
})

describe('8 schemas', () => {
  it('anyone may add one; they are counted from 1', async () => {
    const receipt = await chain.mined(
      chain.schemas.write.addSchema(['second', 'sqlite', 'https://two.example']),
    )
    expect(emittedEvents(receipt)).toEqual([
      {
        event: 'schemas.SchemaAdded',
        args: { schemaId: 2n, name: 'second', dialect: 'sqlite', definitionUrl: 'https://two.example' },
      },
    ])
    expect(await chain.schemas.read.schemasCount()).toBe(2n)
    expect(await chain.schemas.read.schemas([2n])).toEqual({
      name: 'second',
      dialect: 'sqlite',
      definitionUrl: 'https://two.example',
    })
  })

  it('1 to the count are valid', async () => {
    const valid = await Promise.all([0n, 1n, 2n].map((id) => chain.schemas.read.isValidSchemaId([id])))
    expect(valid).toEqual([false, true, false])
  })
})
