import { z } from 'zod'
import { type StepGroup, type StepName, stepGroups, stepNames } from '../flow/steps.ts'
import { emptyDigest } from '../metrics/latency-histogram.ts'
import { protectionSchema } from './protection-schema.ts'
import { waitKinds } from './wait-kinds.ts'

const count = z.int().nonnegative()
const ms = z.number().nonnegative()
const share = z.number().nonnegative()
/** Wei as a decimal string: JSON numbers end at 2^53. */
export const weiSchema = z.string().regex(/^-?\d+$/, 'expected wei as a decimal string')

/** A digest of durations in milliseconds; `null` means that nothing was measured, 0 is a measured zero. */
export const digestSchema = z.object({
  count,
  min: ms.nullable(),
  mean: ms.nullable(),
  p50: ms.nullable(),
  p90: ms.nullable(),
  p95: ms.nullable(),
  p99: ms.nullable(),
  max: ms.nullable(),
})

const loopDelaySchema = z.object({ mean: ms, p50: ms, p99: ms, max: ms })

/** What became of the users. The outcomes, `succeeded` to `degraded`, add up to the arrivals that have ended. */
export const usersSchema = z.object({
  planned: count,
  started: count,
  succeeded: count,
  failed: count,
  timedOut: count,
  aborted: count,
  dropped: count,
  degraded: count,
})

/** All failures of one code in one step, with what the reader can do about them. */
export const errorClassSchema = z.object({
  code: z.string(),
  step: z.string().nullable(),
  count,
  retriable: z.boolean(),
  hint: z.string(),
  example: z.string(),
  exampleFlow: count,
  firstMs: ms,
  lastMs: ms,
})

/** A flow worth looking at: one of the slowest that succeeded, or one that did not succeed. */
export const notableFlowSchema = z.object({
  index: count,
  wallet: z.string().nullable(),
  outcome: z.string(),
  dueMs: z.number(),
  durationMs: ms.nullable(),
  /** The step that took longest, or the one that failed. */
  step: z.string().nullable(),
  stepMs: ms.nullable(),
  txHash: z.string().nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
})

/** What one component of the stack used; `null` where it doesn't tell. */
export const componentSchema = z.object({
  /** CPU time of its process while the users came, and that over flows that started and ended. */
  cpuMs: ms.nullable(),
  cpuMsPerFlow: ms.nullable(),
  /** CPU time over wall time, 1 is one core; and the highest second's. */
  cpuShare: share.nullable(),
  cpuSharePeak: share.nullable(),
  rssPeakBytes: count.nullable(),
  /** Share of what it can do: of the time with a request at work, of the gas that the blocks could hold. */
  busyShare: share.nullable(),
  busySharePeak: share.nullable(),
  /** Requests that wait, or are under way where it doesn't tell them apart. */
  queueDepthMean: share.nullable(),
  queueDepthMax: count.nullable(),
})

/** What one component of the stack used. */
export type Component = z.output<typeof componentSchema>

/** A digest for each of a fixed set of names. */
function digestsOf<Name extends string>(names: readonly Name[]) {
  const shape = Object.fromEntries(names.map((name) => [name, digestSchema]))
  return z.object(shape as Record<Name, typeof digestSchema>)
}

/** What one RPC endpoint had to do, and what it kept the run waiting for; see `EndpointTotals`. */
export const endpointSchema = z.object({
  calls: count,
  failed: count,
  rejected: count.default(0),
  rateLimited: count,
  latencyMs: digestSchema,
  tokenWaitMs: ms,
  pausedMs: ms,
  openMs: ms,
  maxHeadLag: count.nullable(),
  falseHead: z.boolean(),
  maxStallMs: ms.default(0),
})

const callsShape = {
  calls: count,
  failed: count,
  byMethod: z.record(z.string(), count),
  /** By the endpoint's URL, without its key. */
  byEndpoint: z.record(z.string(), endpointSchema),
}

/** What was measured, in the same words during a run (a snapshot) and after it (the summary). */
export const measurementsSchema = z.object({
  users: usersSchema,
  throughput: z.object({
    /** Succeeded flows over the time from the first due start to the last end, per second. */
    flowsPerSecond: z.number().nonnegative(),
    /** The best ten consecutive seconds; the best second when the run is not longer than ten. */
    peakFlowsPerSecond: z.number().nonnegative(),
    /**
     * The rate at which users leave over that at which they come, as the growth of latency tells it: 1 while flows take
     * no longer the later their users come. `null` for a few users, or a few seconds.
     */
    keepsUp: share.nullable().default(null),
  }),
  latencyMs: z.object({
    /** From the actual start to the end of flows that succeeded. */
    flow: digestSchema,
    /** From the due start to the end of flows that succeeded. */
    flowFromDue: digestSchema,
    /** From the actual start to the end of flows that did not succeed, by outcome. */
    unsuccessful: z.record(z.string(), digestSchema).default({}),
    /** Every time a step completed, whatever became of its flow. */
    steps: digestsOf<StepName>(stepNames),
    /** The steps of a group added up, for each flow that completed all of them. */
    groups: digestsOf<StepGroup>(Object.keys(stepGroups) as StepGroup[]),
  }),
  arrivals: z.object({
    /** Actual start minus due start, less what users waited for: the generator's own lateness. */
    lagMs: digestSchema,
    /** How long users waited before they started, in milliseconds: for a place, for the gate, and for funds. */
    waits: digestsOf(waitKinds).default({ place: emptyDigest, gate: emptyDigest, funding: emptyDigest }),
  }),
  /** Why flows ended as they did, by outcome: the reasons of dropped arrivals, the error codes of the others. */
  outcomeReasons: z.record(z.string(), z.record(z.string(), count)),
  /** Of the flows that succeeded: whether the answer proved that the server read exactly the user's data. */
  verified: z.object({ proven: count, refuted: count, unknown: count }),
  /** Permissions granted on chain, with the lowest and the highest id. */
  permissions: z.object({ count, first: z.string().nullable(), last: z.string().nullable() }),
  errors: z.array(errorClassSchema),
  rpc: z.object({
    ...callsShape,
    /** Calls over flows that started and ended; `null` before the first. */
    callsPerFlow: z.number().nonnegative().nullable(),
    /** What the API server, the relayer, asked of its own endpoints while users came; `null` where it doesn't tell. */
    apiServer: z.object(callsShape).nullable().default(null),
  }),
  /** A transaction's way into a block, for every transaction that was accepted. */
  transactions: z.object({
    /** From the beginning of its sending until a node had taken it, or the relayer had said so. */
    sendMs: digestSchema,
    /** From there to the time of its block, as well as that can be told: see `clockAheadMs`. */
    mempoolMs: digestSchema,
    /** From the time of its block until this process saw the block. */
    noticeMs: digestSchema,
    /** The last two together: from its acceptance until its block was seen, by this machine's monotonic clock. */
    inclusionMs: digestSchema,
    /**
     * How far this machine's clock was ahead of a new block's timestamp, at the least; negative when the machine is
     * behind. Block times are corrected by it; `null` when no block was seen.
     */
    clockAheadMs: z.number().nullable(),
  }),
  gas: z.object({
    /** Mean gas of a flow's transaction. */
    perFlow: z.number().nonnegative().nullable(),
    /** Mean price of a gas in wei, weighted by gas; a decimal string. */
    price: weiSchema.nullable(),
    transactions: count,
    used: z.string(),
    /** Gas times price over all transactions: what the flows' own transactions cost. */
    costWei: weiSchema,
    /** The same over the number of transactions; `null` before the first. */
    costPerFlowWei: weiSchema.nullable(),
  }),
  resources: z.object({
    /** CPU time of the generator over flows that started and ended; `null` before the first. */
    cpuMsPerFlow: ms.nullable(),
    cpuMs: ms,
    /** Cores that the generator may use, and how many it did: in the mean, and over the busiest ten seconds. */
    cores: count.default(0),
    cpuCoresMean: share.default(0),
    cpuCoresPeak: share.default(0),
    /** How much of all cores of the generator's machine anybody used, 0 to 1. */
    machineShare: share.nullable().default(null),
    rssPeakBytes: count,
    rssEndBytes: count,
    eventLoopDelayMs: loopDelaySchema,
  }),
  /** What the components of the stack used, each apart; only those that tell. */
  components: z.record(z.string(), componentSchema).default({}),
  /** The coin for users who pay for themselves; `null` when they don't. */
  funding: z
    .object({
      /** Wallets whose coin is verified, those that never got it, and users who wait for it now. */
      ready: count,
      failed: count,
      waiting: count,
      transactions: count,
      /** How long users who were due waited for the coin of their wallet. */
      waitMs: digestSchema,
      /** From the moment a batch of wallets was begun to the end of their verification. */
      batchMs: digestSchema,
    })
    .nullable()
    .default(null),
  ...protectionSchema.shape,
  /** Anything else that was counted by name. */
  counters: z.record(z.string(), z.number()),
  notableFlows: z.object({
    slowest: z.array(notableFlowSchema),
    unsuccessful: z.array(notableFlowSchema),
  }),
})

/** What was measured. */
export type Measurements = z.output<typeof measurementsSchema>

/** A flow worth looking at. */
export type NotableFlow = z.output<typeof notableFlowSchema>
