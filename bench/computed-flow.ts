import { setTimeout as sleepFor } from 'node:timers/promises'
import { createRetryBudget } from '../src/async/retry-budget.ts'
import { toNativeAccount } from '../src/crypto/native-account.ts'
import { createComputePool } from '../src/flow/compute-pool.ts'
import { DataPortabilityFlow, type FlowResult } from '../src/flow/data-portability-flow.ts'
import type { FlowReceipt, FlowServices, FlowUser } from '../src/flow/flow-services.ts'

/** Flows with real data, encryption, sealing and signing, and with prepared server responses. */
export type ComputedFlow = {
  runFlow(user: FlowUser, options: { signal: AbortSignal; runId: string }): Promise<FlowResult>
  close(): Promise<void>
}

/** Starts warm worker threads and a flow whose servers respond at once. */
export async function openComputedFlow(seed: string): Promise<ComputedFlow> {
  const compute = createComputePool()
  await compute.warmUp()
  const flow = new DataPortabilityFlow(servicesAtHand(compute), {
    runId: 'bench',
    seed,
    dataSize: 'medium',
    timeoutMs: 3_600_000,
    inferenceTimeoutMs: 60_000,
    pollIntervalMs: 1,
    expectEvidence: false,
  })
  return { runFlow: (user, options) => flow.run(user, options), close: () => compute.stop() }
}

function servicesAtHand(compute: FlowServices['compute']): FlowServices {
  const server = toNativeAccount(`0x${'2'.repeat(64)}`)
  const hash = `0x${'0'.repeat(64)}` as const
  const submitted = new Map<number, FlowReceipt['permission']>()
  let transactions = 0
  const sleep = (delayMs: number, signal: AbortSignal): Promise<void> =>
    sleepFor(delayMs, undefined, { signal })
  return {
    clock: { now: () => performance.now(), sleep },
    compute,
    storage: { upload: async (_bytes, { name }) => `http://127.0.0.1:1/bucket/${name}` },
    grantee: async () => ({ id: 1n, address: server.address }),
    personalServer: {
      url: 'http://127.0.0.1:1/api/v1',
      identity: async () => ({ address: server.address, publicKey: server.publicKey }),
    },
    chain: {
      id: 14800,
      permissionNonce: async () => 0n,
      async submit({ typedData }, user) {
        const afterBlock = ++transactions
        submitted.set(afterBlock, {
          id: String(afterBlock),
          user: user.address,
          grant: typedData.message.grant,
        })
        const nowMs = performance.now()
        return { hash, afterBlock, sendingAtMs: nowMs, submittedAtMs: nowMs }
      },
      async receipt({ afterBlock }) {
        const permission = submitted.get(afterBlock) ?? null
        submitted.delete(afterBlock)
        const gas = { gasUsed: 1_500_000, gasPriceWei: 1_000_000_000n }
        const seenAtMs = performance.now()
        const times = { blockTimestamp: afterBlock, blockAtMs: seenAtMs, seenAtMs }
        return { hash, status: 'success', blockNumber: afterBlock + 1, ...gas, ...times, permission }
      },
      async revertReason() {
        throw new Error('No transaction reverts here.')
      },
    },
    inference: {
      request: async (permissionId) => ({ operationId: permissionId }),
      poll: async (id) => ({ id, status: 'succeeded', result: null }),
    },
    retry: {
      attempts: 1,
      baseDelayMs: 0,
      maxDelayMs: 0,
      budget: createRetryBudget(0, 0),
      random: Math.random,
      sleep,
    },
  }
}
