import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { ChainOptions } from '../../src/testbed/chain/start-chain.ts'
import { type ContractChain, startContractChain } from './contract-chain.ts'

/**
 * One chain for the test file, as `prepare` left it at the beginning of each test.
 *
 * @example
 * let chain: ContractChain
 * useContractChain(async (started) => {
 *   chain = started
 * })
 */
export function useContractChain(
  prepare: (chain: ContractChain) => Promise<void>,
  options: ChainOptions = {},
): void {
  let chain: ContractChain
  let snapshot: `0x${string}`
  beforeAll(async () => {
    chain = await startContractChain(options)
    await prepare(chain)
  })
  beforeEach(async () => {
    snapshot = await chain.client.snapshot()
  })
  afterEach(() => chain.rewind(snapshot))
  afterAll(() => chain?.stop())
}
