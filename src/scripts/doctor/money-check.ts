import { formatEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { createBlockFeed } from '../../chain/blocks/block-feed.ts'
import { readBalance } from '../../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../../chain/rpc/rpc.ts'
import { createFees } from '../../chain/transactions/fees.ts'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { formatVana } from '../../report/format-value.ts'
import { fundingNeed } from '../../wallets/funding-need.ts'
import { findAbilities } from '../../wallets/wallet-chain.ts'
import type { Check } from './check.ts'

/** The funder can pay what the users need, and the gas of the payments. */
export function moneyCheck(
  rpc: RpcPool,
  target: Target,
  { users, wallets, flow, limits, secrets, chain }: LoadTestConfig,
): Check {
  return {
    name: 'balances',
    async look(signal) {
      const key = secrets.funderPrivateKey ?? target.accounts?.funder
      if (key === undefined) {
        if (flow.submission === 'relayed')
          return { verdict: 'skipped', detail: 'the relayer pays, and no funder is set' }
        throw new LoadTestError(
          'CHAIN_INSUFFICIENT_FUNDS',
          'No funder is set to fund the wallets of users.',
          {
            hint: 'Set VANA_LOAD_FUNDER_PRIVATE_KEY, or let a relayer pay with --submission relayed.',
          },
        )
      }
      const address = privateKeyToAddress(key)
      const balance = await readBalance(rpc, address, { signal })
      const detail = `funder ${address} has ${formatEther(balance)} VANA`
      if (flow.submission === 'relayed') return { detail }
      const fees = createFees({
        rpc,
        feed: createBlockFeed({ rpc, pollIntervalMs: chain.pollIntervalMs }),
        baseFeeMultiplier: chain.feeMultiplier,
        maxFeePerGasWei: chain.maxFeePerGasWei,
      })
      const [{ disperser }, { maxFeePerGas }] = await Promise.all([
        findAbilities({ rpc }, target.chain.contracts, { signal }),
        fees.current({ signal }),
      ])
      const { valueWei, gasWei } = fundingNeed({
        wallets: users,
        amountWei: wallets.fundingWei,
        way: disperser?.kind ?? 'transfer',
        maxFeePerGasWei: maxFeePerGas,
      })
      const wanted = valueWei + gasWei
      const isCapped = wanted > limits.maxSpendWei
      const need = isCapped ? limits.maxSpendWei : wanted
      const plan =
        `${users} wallets x ${formatEther(wallets.fundingWei)} = ${formatEther(valueWei)} VANA ` +
        `and up to ${formatVana(String(gasWei))} of gas`
      if (balance >= need) return { detail: `${detail}, enough for ${plan}` }
      const missing = `${formatEther(need - balance)} VANA are missing`
      throw new LoadTestError('CHAIN_INSUFFICIENT_FUNDS', `${detail}, too little for ${plan}: ${missing}.`, {
        hint: 'Fund it, or use fewer --users or less --funding.',
      })
    },
  }
}
