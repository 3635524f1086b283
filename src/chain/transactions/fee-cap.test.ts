import fc from 'fast-check'
import { type Address, formatUnits, parseTransaction } from 'viem'
import { describe, expect, it } from 'vitest'
import { flagsOf } from '../../config/flags-of.ts'
import { configParameters } from '../../config/load-test-config.ts'
import { chainParameters } from '../../config/parameters/chain.ts'
import { parseConfigFile } from '../../config/read-config-file.ts'
import { type ConfigSources, resolveConfig } from '../../config/resolve-config.ts'
import { usualFees } from '../../config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../crypto/native-account.ts'
import { devAccounts } from '../../testbed/chain/dev-accounts.ts'
import type { BlockFeed } from '../blocks/block-feed.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { createFees } from './fees.ts'
import { signTransaction } from './sign-transaction.ts'

const account = toNativeAccount(devAccounts.relayer.privateKey)
const to: Address = '0x00000000000000000000000000000000000000aa'

/** The configured cap, as `run` passes it to the fee policy. */
const capOf = (sources: ConfigSources): bigint | undefined =>
  resolveConfig(sources).config.chain.maxFeePerGasWei

/** The sources by which a person gives the cap, and the flags by which one process passes it on to another. */
const sourcesOf = {
  flag: (amount: string): ConfigSources => ({ flags: { '--max-fee': amount } }),
  environment: (amount: string): ConfigSources => ({
    environment: new Map([['VANA_LOAD_MAX_FEE', { value: amount }]]),
  }),
  file: (amount: string): ConfigSources => ({
    file: parseConfigFile(`chain:\n  maxFeePerGas: ${amount}\n`, 'load.yml', configParameters),
  }),
  'another process': (amount: string): ConfigSources => {
    const cap = capOf({ flags: { '--max-fee': amount } })
    const { chain } = resolveConfig({}).config
    const flags = flagsOf(chainParameters, { ...chain, maxFeePerGasWei: cap })
    return { flags: { '--max-fee': flags[flags.indexOf('--max-fee') + 1] ?? '' } }
  },
}

/** A chain whose price is just the cap, so that the whole cap is offered. */
async function offeredAt(capWei: bigint | undefined, priceWei: bigint): Promise<bigint | undefined> {
  const feed = {
    head: async () => ({ number: 7, hash: '0x07', baseFeePerGas: priceWei }),
  } as unknown as BlockFeed
  const rpc = {
    request: async () => {
      throw new Error('this node has no fee history')
    },
  } as unknown as RpcPool
  const fees = createFees({ ...usualFees, rpc, feed, priorityFeeWei: 0n, maxFeePerGasWei: capWei })
  const quote = await fees.current()
  const { raw } = await signTransaction(account, { chainId: 14800, nonce: 0, to, gas: 21_000n, fees: quote })
  return parseTransaction(raw).maxFeePerGas
}

describe('the fee cap', () => {
  it.each(Object.entries(sourcesOf))('given by %s reaches the transaction to the wei', async (_, sources) => {
    const unit = fc.constantFrom(
      { name: 'wei', decimals: 0 },
      { name: 'gwei', decimals: 9 },
      { name: 'VANA', decimals: 18 },
      { name: '', decimals: 9 },
    )
    const wei = fc.oneof(
      fc.bigInt({ min: 1n, max: 1000n }),
      fc.bigInt({ min: 1n, max: 10n ** 12n }),
      fc.bigInt({ min: 1n, max: 10n ** 30n - 1n }),
    )
    await fc.assert(
      fc.asyncProperty(wei, unit, fc.constantFrom('', ' '), async (capWei, { name, decimals }, space) => {
        const amount = `${formatUnits(capWei, decimals)}${name === '' ? '' : space}${name}`
        const cap = capOf(sources(amount))
        expect(cap).toBe(capWei)
        expect(await offeredAt(cap, capWei)).toBe(capWei)
      }),
    )
  })
})
