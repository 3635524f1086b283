import type { Address, Hash } from 'viem'
import type { Lane } from '../chain/lanes/lane.ts'
import type { LaneEvent } from '../chain/lanes/lane-entry.ts'
import type { LaneLedger } from '../chain/lanes/lane-ledger.ts'
import { type Receipt, readReceipt } from '../chain/rpc/chain-reads.ts'
import { mayBeSent } from '../chain/transactions/broadcast.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { PaymentCall } from './disperse-call.ts'
import { ownFunderHint } from './notice-others.ts'
import type { WalletChain } from './wallet-chain.ts'

/** The account that pays, see {@link createPayer}. */
export type Payer = {
  address: Address
  /**
   * Sends a payment and waits for its block.
   *
   * @returns its receipt, whatever its status
   *
   * @throws LoadTestError a `CHAIN_*` code: nothing was sent; FUNDING_FAILED: it will never be in a block;
   * TX_NOT_CONFIRMED: it may still be, `details.hash` names it; the signal's reason
   */
  pay(call: PaymentCall & { gas: bigint }, options?: PayOptions): Promise<Receipt>
}

/** Options of {@link Payer.pay}. */
export type PayOptions = {
  signal?: AbortSignal | undefined
  /** Written before a node has it, under every hash by which it may be mined. @default none */
  ledger?: LaneLedger | undefined
  /** Called as soon as a node has the transaction. */
  onSent?: ((hash: Hash) => void | Promise<void>) | undefined
}

/**
 * Makes the account that pays of a lane and the receipt hub.
 *
 * @param options.timeoutMs how long a payment may take to be in a block. @default 180_000
 * @example const payer = createPayer({ rpc, hub, lane: new Lane({ rpc, feed, fees, account: funder }) })
 */
export function createPayer(
  options: Pick<WalletChain, 'rpc' | 'hub'> & { lane: Lane; timeoutMs?: number | undefined },
): Payer {
  const { rpc, hub, lane, timeoutMs = 180_000 } = options

  return {
    address: lane.address,
    async pay({ to, data, valueWei, gas }, { signal, ledger, onSent } = {}) {
      const dropped = new AbortController()
      const hashes: Hash[] = []
      const onEvent = (event: LaneEvent): void => {
        if (event.type === 'replaced') {
          hashes.push(event.newHash)
          hub.replace(event.hash, event.newHash)
        } else if (event.type === 'dropped') {
          dropped.abort()
        }
      }
      const sent = await lane
        .send({ to, value: valueWei, gas, signal, ledger, onEvent, data: data === '0x' ? undefined : data })
        .catch((error: unknown) => {
          // The lane goes on looking after it.
          if (mayBeSent(error))
            return { hash: (error as LoadTestError).details.hash as Hash, afterBlock: undefined }
          throw error
        })
      hashes.push(sent.hash)
      await onSent?.(sent.hash)

      const waitSignal = signal === undefined ? dropped.signal : AbortSignal.any([signal, dropped.signal])
      const { afterBlock } = sent
      return await hub
        .waitForReceipt(sent.hash, {
          timeoutMs,
          signal: waitSignal,
          afterBlock,
        })
        .catch(async (error: unknown) => {
          signal?.throwIfAborted()
          if (!dropped.signal.aborted) throw error
          // The lane may not have seen the block that holds it.
          for (const hash of hashes) {
            const receipt = await readReceipt(rpc, hash, { signal })
            if (receipt !== null) return receipt
          }
          throw new LoadTestError('FUNDING_FAILED', 'A payment lost its nonce to another transaction.', {
            cause: error,
            hint: `Somebody else sends with the key of ${lane.address}. ${ownFunderHint}`,
            details: { hash: sent.hash },
          })
        })
    },
  }
}
