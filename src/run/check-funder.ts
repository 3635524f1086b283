import { formatEther, type Hex } from 'viem'
import { readBalance } from '../chain/rpc/chain-reads.ts'
import { firstFlowGas } from '../chain/transactions/first-flow-gas.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import { fundingNeed } from '../wallets/funding-need.ts'
import type { PaymentWay } from '../wallets/payment-gas.ts'

/** An amount with room for a margin on the gas, and for a price that rises for a block or two. */
export const withRoom = (amount: bigint): bigint => (amount * 5n) / 4n

/** @throws LoadTestError CONFIG_INVALID without a funder */
export function funderKey({ secrets }: LoadTestConfig, { accounts }: Target): Hex {
  const key = secrets.funderPrivateKey ?? accounts?.funder
  if (key) return key
  throw new LoadTestError(
    'CONFIG_INVALID',
    'Users who pay for themselves need a funder, and there is none.',
    {
      hint: 'Set VANA_LOAD_FUNDER_PRIVATE_KEY, or use --submission relayed.',
    },
  )
}

/**
 * Compares the funder's balance with what all wallets take if none of them has anything yet; never more than the cap.
 *
 * @throws LoadTestError CHAIN_INSUFFICIENT_FUNDS, CHAIN_*; the signal's reason
 */
export async function checkFunder(
  { rpc, fees }: Pick<TargetConnection, 'rpc' | 'fees'>,
  options: {
    address: `0x${string}`
    users: number
    amountWei: bigint
    way: PaymentWay
    capWei: bigint
    signal: AbortSignal
  },
): Promise<void> {
  const { address, users, amountWei, way, capWei, signal } = options
  const [balanceWei, { maxFeePerGas }] = await Promise.all([
    readBalance(rpc, address, { signal }),
    fees.current({ signal }),
  ])
  const priceWei = withRoom(firstFlowGas) * maxFeePerGas
  const { valueWei, gasWei } = fundingNeed({
    wallets: users,
    amountWei: max(amountWei, priceWei),
    way,
    maxFeePerGasWei: maxFeePerGas,
  })
  const wantedWei = valueWei + gasWei
  const neededWei = min(wantedWei, capWei)
  if (balanceWei >= neededWei) return
  throw new LoadTestError(
    'CHAIN_INSUFFICIENT_FUNDS',
    `The funder ${address} has ${formatEther(balanceWei)} VANA; the wallets of ${users} users take up to ` +
      `${formatEther(neededWei)} VANA with gas, so ${formatEther(neededWei - balanceWei)} VANA are missing.`,
    {
      hint: 'Fund the funder, or lower --users or --funding. Nothing was sent.',
      details: { funder: address, neededWei: String(neededWei), balanceWei: String(balanceWei) },
    },
  )
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
