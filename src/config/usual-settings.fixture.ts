import { defaultsOf } from './defaults-of.ts'
import { chainParameters } from './parameters/chain.ts'
import { flowParameters, retryParameters } from './parameters/flow.ts'
import { loadParameters } from './parameters/load.ts'

const chain = defaultsOf(chainParameters)
const flow = defaultsOf(flowParameters)

/** An RPC pool's settings for tests that do not depend on them: the defaults of the parameters. */
export const usualRpc = { timeoutMs: chain.rpcTimeoutMs, patienceMs: chain.rpcPatienceMs }

/** A fee policy for tests that do not depend on it. */
export const usualFees = { baseFeeMultiplier: chain.feeMultiplier }

/** A storage client's settings for tests that do not depend on them. */
export const usualStorage = { timeoutMs: flow.requestTimeoutMs }

/** Settings of a connection to a target for tests that do not depend on them. */
export const usualConnection = {
  grantees: flow.grantees,
  requestTimeoutMs: flow.requestTimeoutMs,
  inferenceTimeoutMs: flow.inferenceTimeoutMs,
  confirmTimeoutMs: flow.confirmTimeoutMs,
  confirmations: 1,
  blockPollIntervalMs: chain.pollIntervalMs,
  feeMultiplier: chain.feeMultiplier,
  gasLimitMargin: chain.gasLimitMargin,
  rpcTimeoutMs: chain.rpcTimeoutMs,
  rpcPatienceMs: chain.rpcPatienceMs,
  retry: defaultsOf(retryParameters),
  spacingMs: defaultsOf(loadParameters).spacingMs,
}
