import { z } from 'zod'
import { type StepGroup, type StepName, stepGroups, stepNames } from '../flow/steps.ts'
import { emptyDigest } from '../metrics/latency-histogram.ts'
import { protectionSchema } from './protection-schema.ts'
import { waitKinds } from './wait-kinds.ts'

const count = z.int().nonnegative()
const ms = z.number().nonnegative()
const share = z.number().nonnegative()
/** Wei as a decimal string, since JSON numbers are exact only up to 2^53. */
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

/** Numbers of users. The outcomes, `succeeded` to `degraded`, add up to the arrivals that have ended. */
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

/** All failures of one code in one step, with a hint. */
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

/** A notable flow: one of the slowest successful ones, or one that did not succeed. */
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

/** Resources of one component of the stack; `null` if it does not report them. */
export const componentSchema = z.object({
  /** CPU time of its process while users arrived, in total and per flow that started and ended. */
  cpuMs: ms.nullable(),
  cpuMsPerFlow: ms.nullable(),
  /** CPU time over wall time, where 1 is one core, and its highest value in a second. */
  cpuShare: share.nullable(),
  cpuSharePeak: share.nullable(),
  rssPeakBytes: count.nullable(),
  /** Utilisation: share of the time with a request in progress, or of the gas limit of blocks. */
  busyShare: share.nullable(),
  busySharePeak: share.nullable(),
  /** Waiting requests, or all requests in progress if it does not distinguish them. */
  queueDepthMean: share.nullable(),
  queueDepthMax: count.nullable(),
})

/** Resources of one component of the stack. */
export type Component = z.output<typeof componentSchema>

/** A digest per name, for a fixed set of names. */
function digestsOf<Name extends string>(names: readonly Name[]) {
  const shape = Object.fromEntries(names.map((name) => [name, digestSchema]))
  return z.object(shape as Record<Name, typeof digestSchema>)
}

/** Calls to one RPC endpoint and the waits that it caused; see `EndpointTotals`. */
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

/** Measurements, with the same names during a run (a snapshot) and after it (the summary). */
export const measurementsSchema = z.object({
  users: usersSchema,
  throughput: z.object({
    /** Successful flows per second, from the first due start to the last end. */
    flowsPerSecond: z.number().nonnegative(),
    /** The best ten consecutive seconds; the best second if the run is no longer than ten seconds. */
    peakFlowsPerSecond: z.number().nonnegative(),
    /**
     * Rate of completions over rate of arrivals, derived from the growth of latency: 1 while later users take no longer. `null`
     * for few users or a few seconds.
     */
    keepsUp: share.nullable().default(null),
  }),
  latencyMs: z.object({
    /** From the actual start to the end of successful flows. */
    flow: digestSchema,
    /** From the due start to the end of successful flows. */
    flowFromDue: digestSchema,
    /** From the actual start to the end of flows that did not succeed, by outcome. */
    unsuccessful: z.record(z.string(), digestSchema).default({}),
    /** Every completed step, whatever the outcome of its flow. */
    steps: digestsOf<StepName>(stepNames),
    /** Sum of the steps of a group, for each flow that completed all of them. */
    groups: digestsOf<StepGroup>(Object.keys(stepGroups) as StepGroup[]),
  }),
  arrivals: z.object({
    /** Actual start minus due start, less waits: the generator's own delay. */
    lagMs: digestSchema,
    /** How long users waited before they started, in milliseconds: for a slot, the gate and funds. */
    waits: digestsOf(waitKinds).default({ place: emptyDigest, gate: emptyDigest, funding: emptyDigest }),
  }),
  /** Why flows ended, by outcome: the reasons of dropped arrivals, the error codes of the others. */
  outcomeReasons: z.record(z.string(), z.record(z.string(), count)),
  /** Number of successful flows by whether the answer proved that the server read exactly the user's data. */
  verified: z.object({ proven: count, refuted: count, unknown: count }),
  /** Permissions granted on chain, with the lowest and the highest id. */
  permissions: z.object({ count, first: z.string().nullable(), last: z.string().nullable() }),
  errors: z.array(errorClassSchema),
  rpc: z.object({
    ...callsShape,
    /** Calls per flow that started and ended; `null` before the first. */
    callsPerFlow: z.number().nonnegative().nullable(),
    /** Calls of the API server (the relayer) to its own endpoints while users arrived; `null` if it does not report them. */
    apiServer: z.object(callsShape).nullable().default(null),
  }),
  /** Latencies of accepted transactions. */
  transactions: z.object({
    /** From the start of sending until a node had accepted it or the relayer had reported it. */
    sendMs: digestSchema,
    /** From there to the estimated time of its block: see `clockAheadMs`. */
    mempoolMs: digestSchema,
    /** From the time of its block until this process saw the block. */
    noticeMs: digestSchema,
    /** The sum of the last two: from its acceptance until its block was seen, by this machine's monotonic clock. */
    inclusionMs: digestSchema,
    /**
     * Smallest lead of this machine's clock over a new block's timestamp; negative if the machine is behind. Corrects block times.
     * `null` if no block was seen.
     */
    clockAheadMs: z.number().nullable(),
  }),
  gas: z.object({
    /** Mean gas of a flow's transaction. */
    perFlow: z.number().nonnegative().nullable(),
    /** Mean price per gas in wei, weighted by gas, as a decimal string. */
    price: weiSchema.nullable(),
    transactions: count,
    used: z.string(),
    /** Cost of the flows' own transactions: gas times price. */
    costWei: weiSchema,
    /** The same per transaction; `null` before the first. */
    costPerFlowWei: weiSchema.nullable(),
  }),
  resources: z.object({
    /** CPU time of the generator per flow that started and ended; `null` before the first. */
    cpuMsPerFlow: ms.nullable(),
    cpuMs: ms,
    /** Cores available to the generator, and cores used: on average and over the busiest ten seconds. */
    cores: count.default(0),
    cpuCoresMean: share.default(0),
    cpuCoresPeak: share.default(0),
    /** Utilisation of all cores of the generator's machine, by any program, 0 to 1. */
    machineShare: share.nullable().default(null),
    rssPeakBytes: count,
    rssEndBytes: count,
    eventLoopDelayMs: loopDelaySchema,
  }),
  /** Resources of each component of the stack that reports them. */
  components: z.record(z.string(), componentSchema).default({}),
  /** Funding of users who pay for themselves; `null` if they do not. */
  funding: z
    .object({
      /** Wallets with verified funds, wallets whose funding failed, and users who wait for funds now. */
      ready: count,
      failed: count,
      waiting: count,
      transactions: count,
      /** How long due users waited for the funds of their wallet. */
      waitMs: digestSchema,
      /** From the start of a batch of wallets to the end of their verification. */
      batchMs: digestSchema,
    })
    .nullable()
    .default(null),
  ...protectionSchema.shape,
  /** Other counts by name. */
  counters: z.record(z.string(), z.number()),
  notableFlows: z.object({
    slowest: z.array(notableFlowSchema),
    unsuccessful: z.array(notableFlowSchema),
  }),
})

/** Measurements of a run. */
export type Measurements = z.output<typeof measurementsSchema>

/** A notable flow. */
export type NotableFlow = z.output<typeof notableFlowSchema>
