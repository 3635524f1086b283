import type { FlowTransaction } from '../flow/flow-record.ts'
import type { Measurements } from './measurements-schema.ts'

/** Gas and cost of the flows' transactions, and the permissions they granted. */
export type GasTotals = {
  record(transaction: FlowTransaction): void
  gas(): Measurements['gas']
  permissions(): Measurements['permissions']
}

/** Makes empty totals. Sums are exact, since they are bigints. */
export function createGasTotals(): GasTotals {
  let transactions = 0
  let used = 0n
  let pricedGas = 0n
  let costWei = 0n
  let permissions = 0
  let first: bigint | null = null
  let last: bigint | null = null

  return {
    record({ gasUsed, gasPriceWei, permissionId }) {
      if (gasUsed !== null) {
        transactions += 1
        used += BigInt(gasUsed)
        if (gasPriceWei !== null) {
          pricedGas += BigInt(gasUsed)
          costWei += BigInt(gasUsed) * gasPriceWei
        }
      }
      if (permissionId !== null) {
        const id = BigInt(permissionId)
        permissions += 1
        if (first === null || id < first) first = id
        if (last === null || id > last) last = id
      }
    },
    gas: () => ({
      perFlow: transactions === 0 ? null : Math.round(Number(used) / transactions),
      price: pricedGas === 0n ? null : (costWei / pricedGas).toString(),
      transactions,
      used: used.toString(),
      costWei: costWei.toString(),
      costPerFlowWei: transactions === 0 ? null : (costWei / BigInt(transactions)).toString(),
    }),
    permissions: () => ({
      count: permissions,
      first: first?.toString() ?? null,
      last: last?.toString() ?? null,
    }),
  }
}
