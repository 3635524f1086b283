import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import type { VanaLoadTestClientOptions } from '../flow/vana-load-test-client.ts'

/** The settings of a target's client, from a configuration. */
export function connectionSettings(
  config: LoadTestConfig,
  target: Target,
  runId: string,
): VanaLoadTestClientOptions {
  const { flow, chain, retry, secrets, seed } = config
  return {
    target,
    submission: flow.submission,
    grantees: flow.grantees,
    requestTimeoutMs: flow.requestTimeoutMs,
    inferenceTimeoutMs: flow.inferenceTimeoutMs,
    confirmTimeoutMs: flow.confirmTimeoutMs,
    // A chain that mines alone takes back no block; elsewhere the newest one changes now and then.
    confirmations: flow.confirmations ?? (target.embedded.includes('chain') ? 1 : 2),
    blockPollIntervalMs: chain.pollIntervalMs,
    gasLimitMargin: chain.gasLimitMargin,
    feeMultiplier: chain.feeMultiplier,
    maxFeePerGasWei: chain.maxFeePerGasWei,
    rpcRatePerSecond: chain.rpcRatePerSecond,
    rpcTimeoutMs: chain.rpcTimeoutMs,
    rpcPatienceMs: chain.rpcPatienceMs,
    retry,
    spacingMs: config.load.spacingMs,
    threads: config.load.threads,
    storageSecrets: secrets,
    apiServerToken: secrets.apiServerToken,
    flow: {
      runId,
      seed,
      dataSize: flow.dataSize,
      timeoutMs: flow.timeoutMs,
      inferenceTimeoutMs: flow.inferenceTimeoutMs,
      pollIntervalMs: flow.pollIntervalMs,
      degradeInference: config.degrade.includes('mock-inference'),
      prompt: flow.prompt,
    },
  }
}
