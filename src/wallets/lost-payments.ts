import type { Hash } from 'viem'
import { type Receipt, readReceipt } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'

/** A payment whose end was never seen, and that is looked for until the end of the run. */
export type LostPayment = {
  /** Of its batch. */
  number: number
  /** All under which it may have been mined. */
  hashes: Set<Hash>
  valueWei: bigint
  /** Whether its nonce went to another transaction, so that it will not be paid unless the chain is reorganized. */
  isFinal: boolean
  /** Settles what was set aside for it from the spending limit. */
  settle(actualWei: bigint): void
}

/** The payments that nobody waits for any more, though they may still be mined. */
export class LostPayments {
  readonly #rpc: RpcPool
  readonly #lost = new Set<LostPayment>()

  constructor(rpc: RpcPool) {
    this.#rpc = rpc
  }

  add(payment: LostPayment): void {
    this.#lost.add(payment)
  }

  /** What may still be paid, in wei. */
  openWei(): bigint {
    return [...this.#lost].reduce((sum, { valueWei, isFinal }) => sum + (isFinal ? 0n : valueWei), 0n)
  }

  /** Gives the payments that have been mined since, each once. */
  async *takeMined(): AsyncGenerator<{ payment: LostPayment; receipt: Receipt }> {
    for (const payment of [...this.#lost]) {
      const receipt = await this.#findReceipt(payment)
      // Another caller may have found it meanwhile.
      if (receipt !== undefined && this.#lost.delete(payment)) yield { payment, receipt }
    }
  }

  async #findReceipt({ hashes }: LostPayment): Promise<Receipt | undefined> {
    for (const hash of hashes) {
      const receipt = await readReceipt(this.#rpc, hash)
      if (receipt !== null) return receipt
    }
    return undefined
  }
}
