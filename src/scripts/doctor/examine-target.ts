import { createRpcPool } from '../../chain/rpc/rpc-pool.ts'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { clockCheck, contractsCheck, endpointChecks, feesCheck, headsCheck } from './chain-checks.ts'
import { type Finding, runChecks } from './check.ts'
import { granteeCheck } from './grantee-check.ts'
import { moneyCheck } from './money-check.ts'
import { apiServerCheck, identityCheck } from './server-checks.ts'
import { storageCheck } from './storage-check.ts'

/** A check reports what is down now. */
const longestPatienceMs = 5_000

/**
 * Checks everything that a run needs from a target: each part separately, all of them at the same time.
 *
 * Nothing is paid; one small object is written to the storage and deleted again.
 *
 * @throws the signal's reason
 */
export async function examineTarget(
  target: Target,
  config: LoadTestConfig,
  signal: AbortSignal,
): Promise<Finding[]> {
  const options = { signal, timeoutMs: 2 * config.flow.requestTimeoutMs }
  const patienceMs = Math.min(config.chain.rpcPatienceMs, longestPatienceMs)
  const settings = { timeoutMs: config.chain.rpcTimeoutMs, patienceMs }
  const rpc = createRpcPool({ urls: target.chain.rpcUrls, chainId: target.chain.id, ...settings })
  const [endpoint, ...otherEndpoints] = endpointChecks(target, settings)
  try {
    const findings = await Promise.all([
      runChecks(
        [
          ...(endpoint ? [endpoint] : []),
          ...otherEndpoints,
          ...(otherEndpoints.length > 0 ? [headsCheck(rpc)] : []),
          clockCheck(rpc),
          contractsCheck(rpc, target),
          granteeCheck(rpc, target, config),
          feesCheck(rpc, config),
          moneyCheck(rpc, target, config),
        ],
        options,
      ),
      runChecks([storageCheck(target, config)], options),
      runChecks([identityCheck(target, config.flow.requestTimeoutMs)], options),
      runChecks([apiServerCheck(rpc, target, config)], options),
    ])
    return findings.flat()
  } finally {
    await rpc.close()
  }
}
