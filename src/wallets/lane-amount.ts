import { firstFlowGas } from '../chain/transactions/first-flow-gas.ts'

/**
 * What each lane has to hold for a number of relayed users, in wei: an even share of them, since a relayer's lanes take
 * turns, and one flow more, since a node wants to see more than a transaction costs in the end.
 *
 * It is rounded up to one digit: the price of gas moves with each block, and what is enough now is to be enough when it is
 * asked for again.
 *
 * @param options.maxFeePerGasWei the most that is offered per gas now; some half of it is what is paid
 * @example laneAmount({ users: 100, lanes: 4, maxFeePerGasWei: 2n * 10n ** 9n }) // 0.09 VANA
 */
export function laneAmount(options: { users: number; lanes: number; maxFeePerGasWei: bigint }): bigint {
  const { users, lanes, maxFeePerGasWei } = options
  const flows = BigInt(Math.ceil(users / lanes) + 1)
  return roundUp(flows * firstFlowGas * maxFeePerGasWei)
}

/** For how many flows the balances of lanes are enough, at the most that is offered per gas now. */
export function flowsOf(balancesWei: readonly bigint[], maxFeePerGasWei: bigint): number {
  const flowWei = firstFlowGas * maxFeePerGasWei
  return Number(balancesWei.reduce((flows, balanceWei) => flows + balanceWei / flowWei, 0n))
}

function roundUp(wei: bigint): bigint {
  const unit = 10n ** BigInt(String(wei).length - 1)
  return ((wei + unit - 1n) / unit) * unit
}
