import { isAddressEqual } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { formatIndexRange, type IndexRange, indexesOf } from '../../wallets/index-range.ts'
import { flowsOf, laneAmount } from '../../wallets/lane-amount.ts'
import { findRelayerLanes, type RelayerLanes } from '../../wallets/relayer-lanes.ts'
import { TestWalletManager } from '../../wallets/test-wallet-manager.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { openChain } from './open-chain.ts'
import { namedRange, type OpenWallets } from './open-wallets.ts'
import { findWalletHome } from './wallet-home.ts'
import type { WalletOptions } from './wallet-options.ts'

/** Which lanes a command is about, and for how many users. */
export type LaneOptions = WalletOptions & { own: { relayerLanes: number; users?: number | undefined } }

/**
 * Opens the sending lanes of a relayer: those that `vana-load serve` would send with in the same environment.
 *
 * @throws LoadTestError CONFIG_INVALID if there are none, or not those that were named; what `findWalletHome` throws
 */
export function openLanes(options: LaneOptions, io: CommandIo): OpenWallets {
  const { secrets, own, wallets } = options
  const home = findWalletHome(options, io)
  const lanes = findRelayerLanes({ ...secrets, development: home.devRelayers })
  if (lanes === undefined) {
    throw new LoadTestError('CONFIG_INVALID', 'There is no relayer, so there are no lanes.', {
      hint:
        'Set VANA_LOAD_RELAYER_PRIVATE_KEYS or VANA_LOAD_MNEMONIC as for `vana-load serve`, which takes its keys from ' +
        'there and does not open a keystore.',
    })
  }
  const range = chooseLanes(lanes, namedRange(options, 0), own.relayerLanes)
  const opened = openChain(options, home, io)
  const { chain } = opened
  const priceWei = async () => (await chain.fees.current({ signal: io.signal })).maxFeePerGas
  return {
    ...opened,
    home,
    noun: 'lane',
    manager: new TestWalletManager({ wallets: { user: lanes.lane }, chain, contracts: home.contracts }),
    ranges: [range],
    claim: async () => async () => {},
    isNew: false,
    async amountWei() {
      if (wallets.fundingWei !== undefined) return wallets.fundingWei
      return laneAmount({ users: own.users ?? 1, lanes: range.count, maxFeePerGasWei: await priceWei() })
    },
    without(account) {
      const leftOut = [...indexesOf(range)].find((index) =>
        isAddressEqual(lanes.lane(index).address, account),
      )
      return { ranges: leftOut === undefined ? [range] : withoutIndex(range, leftOut), leftOut }
    },
    carries: async (balancesWei) => flowsOf(balancesWei, await priceWei()),
  }
}

/** What is left of a range without one of it: what comes before, and what comes after. */
function withoutIndex({ from, count }: IndexRange, index: number): IndexRange[] {
  const before = { from, count: index - from }
  const after = { from: index + 1, count: from + count - index - 1 }
  return [before, after].filter((range) => range.count > 0)
}

/** The lanes that were named, or all that there are. */
function chooseLanes({ count }: RelayerLanes, named: IndexRange | undefined, usual: number): IndexRange {
  const range = named ?? { from: 0, count: count ?? usual }
  if (count === undefined || range.from + range.count <= count) return range
  throw new LoadTestError(
    'CONFIG_INVALID',
    `Lanes ${formatIndexRange(range)} do not exist: the relayer has ${count} ${count === 1 ? 'key' : 'keys'}, numbered from 0.`,
    { hint: 'Leave out --range and --count to use all of them.' },
  )
}
