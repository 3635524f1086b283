import { formatEther } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowRecord } from '../flow/flow-record.ts'

/** What a relayer spends for a run, as far as the run can tell. */
export type RelayedSpending = {
  /** @throws LoadTestError SPENDING_CAP if this user, with those under way, might take the relayer beyond the cap */
  begin(index: number): void
  /** Books what a user's flow cost. */
  flowEnded(record: Pick<FlowRecord, 'index' | 'tx' | 'error'>): void
  /** By the flows that have ended. */
  spentWei(): bigint
}

/**
 * Holds a relayed run to its cap from the outside: by the receipts of its flows, and for each that is under way the dearest
 * of them. What the relayer pays besides is not seen here; an API server of the run's own holds the cap by itself, too.
 *
 * @param options.flowWei what a flow costs as long as no receipt says
 */
export function createRelayedSpending(options: { capWei: bigint; flowWei: bigint }): RelayedSpending {
  const { capWei } = options
  const underWay = new Set<number>()
  let dearestWei: bigint | undefined
  let spentWei = 0n
  const flowWei = (): bigint => dearestWei ?? options.flowWei

  return {
    spentWei: () => spentWei,
    begin(index) {
      const wantedWei = spentWei + BigInt(underWay.size + 1) * flowWei()
      if (wantedWei > capWei) {
        throw new LoadTestError(
          'SPENDING_CAP',
          `The relayer has spent ${formatEther(spentWei)} VANA, and ${underWay.size} users are under way: with one more it might ` +
            `spend ${formatEther(wantedWei)} VANA, and the cap is ${formatEther(capWei)} VANA.`,
        )
      }
      underWay.add(index)
    },
    flowEnded({ index, tx, error }) {
      if (!underWay.delete(index)) return
      if (tx && tx.gasUsed !== null && tx.gasPriceWei !== null) {
        const wei = BigInt(tx.gasUsed) * BigInt(tx.gasPriceWei)
        spentWei += wei
        if (dearestWei === undefined || wei > dearestWei) dearestWei = wei
      } else if (tx || error?.step === 'submit') spentWei += flowWei()
    },
  }
}
