import { afterEach, expect, it } from 'vitest'
import { deployedContracts } from '../../config/moksha.ts'
import { implementationOf } from './deploy-contracts.ts'
import { devAccounts } from './dev-accounts.ts'
import { registerGrantee } from './register-grantee.ts'
import { type ChainOptions, type RunningChain, startChain } from './start-chain.ts'

const running: RunningChain[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((chain) => chain.stop()))
})

async function start(options: ChainOptions = {}): Promise<RunningChain> {
  const chain = await startChain({ blockTime: 'instant', ...options })
  running.push(chain)
  return chain
}

const { relayer, funder } = devAccounts
const grantee = { address: relayer.address, publicKey: '0x04' }

it('registers a grantee at once, however long the block time', async () => {
  const chain = await start({ blockTime: 3_600 })
  expect(await registerGrantee(chain.client, grantee)).toBe(1n)
  expect(await registerGrantee(chain.client, { ...grantee, address: funder.address })).toBe(2n)
  const read = await chain.client.readContract({
    address: chain.contracts.grantees,
    abi: implementationOf('grantees').abi,
    functionName: 'grantees',
    args: [1n],
  })
  expect(read).toMatchObject({ owner: relayer.address, granteeAddress: relayer.address, publicKey: '0x04' })
})

it('keeps the id of a registered grantee', async () => {
  const chain = await start()
  expect(await registerGrantee(chain.client, { ...grantee, address: funder.address })).toBe(1n)
  expect(await registerGrantee(chain.client, grantee)).toBe(2n)
  expect(await registerGrantee(chain.client, { ...grantee, address: funder.address })).toBe(1n)
})

it('reports why the contract refuses a grantee', async () => {
  const chain = await start()
  await expect(registerGrantee(chain.client, { ...grantee, publicKey: '' })).rejects.toMatchObject({
    code: 'TESTBED_START_FAILED',
    message: expect.stringContaining('reverted: EmptyPublicKey() ('),
  })
})

it('gives funder and relayer a balance and no transactions', async () => {
  const chain = await start()
  for (const { address } of [funder, relayer]) {
    expect(await chain.client.getBalance({ address })).toBe(10_000n * 10n ** 18n)
    expect(await chain.client.getTransactionCount({ address })).toBe(0)
  }
})

it.each(['2025-09', '2026-04'] as const)('deploys the contracts of reference %s', async (reference) => {
  const chain = await start({ reference })
  const read = chain.client.readContract({
    address: chain.contracts.grantees,
    abi: implementationOf('grantees', '2026-04').abi,
    functionName: 'granteesV2',
    args: [1n],
  })
  if (reference === '2026-04') expect(await read).toMatchObject({ permissionsCount: 0n })
  else await expect(read).rejects.toThrow()
})

it('starts with a block gas limit for only one contract', async () => {
  const chain = await start({ blockGasLimit: 5_000_000n })
  expect(await chain.client.getCode({ address: chain.contracts.permissions })).toBeDefined()
})

it('forks a chain with its contracts and state, and then diverges from it', async () => {
  const original = await start()
  await registerGrantee(original.client, grantee)
  const fork = await start({ forkUrl: original.rpcUrl })
  expect(await registerGrantee(fork.client, { ...grantee, address: funder.address })).toBe(2n)
  const count = (chain: RunningChain) =>
    chain.client.readContract({
      address: deployedContracts.grantees,
      abi: implementationOf('grantees').abi,
      functionName: 'granteesCount',
    })
  expect([await count(original), await count(fork)]).toEqual([1n, 2n])
})

it('reports an unreadable chain to fork without the access key in its URL', async () => {
  const error = await startChain({ forkUrl: 'http://127.0.0.1:9/v2/secret-key' }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({
    code: 'TESTBED_START_FAILED',
    message: expect.stringContaining('127.0.0.1:9'),
  })
  expect(JSON.stringify(error, ['message', 'cause', 'stack', 'details', 'hint'])).not.toContain('secret-key')
})

it('refuses to fork a chain without the contracts', async () => {
  const empty = await start()
  await empty.client.setCode({ address: deployedContracts.permissions, bytecode: '0x' })
  await expect(startChain({ forkUrl: empty.rpcUrl })).rejects.toMatchObject({
    code: 'TESTBED_START_FAILED',
    message: expect.stringContaining('no contract'),
  })
})
