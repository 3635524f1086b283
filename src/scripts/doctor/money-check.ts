import { formatEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { readBalance } from '../../chain/chain-reads.ts'
import type { RpcPool } from '../../chain/rpc-pool.ts'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { Check } from './check.ts'

/** The funder can pay what the users need. */
export function moneyCheck(
  rpc: RpcPool,
  target: Target,
  { users, wallets, flow, limits, secrets }: LoadTestConfig,
): Check {
  return {
    name: 'balances',
    async look(signal) {
      const key = secrets.funderPrivateKey ?? target.accounts?.funder
      if (key === undefined) {
        if (flow.submission === 'relayed')
          return { verdict: 'skipped', detail: 'the relayer pays, and no funder is set' }
        throw new LoadTestError('CHAIN_INSUFFICIENT_FUNDS', 'There is no funder to pay the users.', {
          hint: 'Set VANA_LOAD_FUNDER_PRIVATE_KEY, or let a relayer pay with --submission relayed.',
        })
      }
      const address = privateKeyToAddress(key)
      const balance = await readBalance(rpc, address, { signal })
      const detail = `funder ${address} has ${formatEther(balance)} VANA`
      if (flow.submission === 'relayed') return { detail }
      const wanted = BigInt(users) * wallets.fundingWei
      const need = wanted < limits.maxSpendWei ? wanted : limits.maxSpendWei
      const plan = `${users} wallets x ${formatEther(wallets.fundingWei)} = ${formatEther(wanted)} VANA`
      if (balance >= need) return { detail: `${detail}, enough for ${plan}` }
      throw new LoadTestError('CHAIN_INSUFFICIENT_FUNDS', `${detail}, too little for ${plan}.`, {
        hint: 'Fund it, or ask for fewer --users or less --funding.',
      })
    },
  }
}
