import { formatEther } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowRecord } from '../flow/flow-record.ts'

/** What a relayer spends for a run, as far as the run can tell. */
export type RelayedSpending = {
  /** @throws LoadTestError SPENDING_CAP if this user, with those in flight, might take the relayer beyond the cap */
  begin(index: number): void
  /** Adds what a user's flow cost. */
  flowEnded(record: Pick<FlowRecord, 'index' | 'tx' | 'error'>): void
  /** By the flows that have ended. */
  spentWei(): bigint
}

/**
 * Keeps a relayed run within its cap from the outside: by the receipts of its flows, and for each flow in flight the dearest of
 * them. What else the relayer pays is not seen here; an API server of the run's own enforces the cap, too.
 *
 * @param options.flowWei what a flow costs as long as no receipt says
 */
export function createRelayedSpending(options: { capWei: bigint; flowWei: bigint }): RelayedSpending {
  const { capWei } = options
  const inFlight = new Set<number>()
  let dearestWei: bigint | undefined
  let spentWei = 0n
  const flowWei = (): bigint => dearestWei ?? options.flowWei

  return {
    spentWei: () => spentWei,
    begin(index) {
      const wantedWei = spentWei + BigInt(inFlight.size + 1) * flowWei()
      if (wantedWei > capWei) {
        throw new LoadTestError(
          'SPENDING_CAP',
          `The relayer has spent ${formatEther(spentWei)} VANA, and ${inFlight.size} users are in flight: with one more it might ` +
            `spend ${formatEther(wantedWei)} VANA, and the cap is ${formatEther(capWei)} VANA.`,
        )
      }
      inFlight.add(index)
    },
    flowEnded({ index, tx, error }) {
      if (!inFlight.delete(index)) return
      if (tx && tx.gasUsed !== null && tx.gasPriceWei !== null) {
        const wei = BigInt(tx.gasUsed) * tx.gasPriceWei
        spentWei += wei
        if (dearestWei === undefined || wei > dearestWei) dearestWei = wei
      } else if (tx || error?.step === 'submit') spentWei += flowWei()
    },
  }
}
