import { join } from 'node:path'
import { createRpcPool } from '../../chain/rpc/rpc-pool.ts'
import { defaultsOf } from '../../config/defaults-of.ts'
import { deployedContracts } from '../../config/moksha.ts'
import { chainParameters } from '../../config/parameters/chain.ts'
import type { TargetPlan } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { StoredRun } from '../../results/read-run.ts'
import { runFiles } from '../../results/run-folder.ts'
import type { Summary } from '../../results/summary-schema.ts'
import type { AuditCheck } from './check.ts'
import { checkMoney } from './check-money.ts'
import { checkPermissions } from './check-permissions.ts'
import { checkSummary } from './check-summary.ts'
import { checkTransactions, checkUnconfirmed } from './check-transactions.ts'
import { readClaims } from './read-claims.ts'

/** A run that was checked on chain. */
export type Audit = {
  schemaVersion: 1
  run: string
  chainId: number
  endpoints: string[]
  /** How many flows with a transaction were looked up, and how many there are. */
  looked: { sampled: number; of: number }
  checks: AuditCheck[]
  rpcCalls: number
  /** No claim is broken. What could not be checked is among the checks. */
  holds: boolean
}

/**
 * Checks the claims of a run on the chain that it used.
 *
 * @param options.target the target; `undefined`: the chain as the run's `environment.json` names it
 * @throws LoadTestError TARGET_NOT_READY when its chain is gone or is another; CHAIN_*
 */
export async function auditRun(
  run: StoredRun & { summary: Summary },
  options: { target: TargetPlan | undefined; sample: number | undefined; signal: AbortSignal },
): Promise<Audit> {
  const { target, sample, signal } = options
  const { summary } = run
  const place = target?.chain ?? chainOf(run)
  const claims = await readClaims(run.flows(), { sample, seed: run.id })
  const chain = defaultsOf(chainParameters)
  const rpc = createRpcPool({
    urls: place.rpcUrls,
    chainId: place.id,
    timeoutMs: chain.rpcTimeoutMs,
    patienceMs: chain.rpcPatienceMs,
  })
  try {
    await rpc.check({ signal }).catch((cause: unknown) => {
      throw cause instanceof LoadTestError ? gone(cause, run, target === undefined) : cause
    })
    const apps = target && [target.grantee, ...(target.moreGrantees ?? [])].map(({ id }) => id)
    const context = {
      rpc,
      permissions: place.contracts.permissions,
      grantees: apps ?? null,
      usersPay: summary.money.payer !== 'relayer' && summary.funding !== null,
      signal,
    }
    const areAll = claims.sampled.length === claims.confirmed
    const ofSummary = checkSummary(summary, claims, areAll)
    const { checks, feesWei } = await checkTransactions(claims, context)
    const permissions = await checkPermissions(claims, context)
    const unconfirmed = await checkUnconfirmed(claims, context)
    const money = await checkMoney(summary, claims, {
      ...context,
      multicall3: place.contracts.multicall3,
      journalFile: join(run.path, runFiles.funding),
      feesWei,
      areAllFees: areAll,
    })
    const all = [...ofSummary, ...checks, permissions, ...unconfirmed, ...money]
    return {
      schemaVersion: 1,
      run: run.id,
      chainId: place.id,
      endpoints: rpc.endpoints().map(({ label }) => label),
      looked: { sampled: claims.sampled.length, of: claims.confirmed },
      checks: all,
      rpcCalls: rpc.calls().total,
      holds: all.every(({ verdict }) => verdict !== 'broken'),
    }
  } finally {
    await rpc.close()
  }
}

/** The chain as the run wrote it down; its contracts stand at the same addresses everywhere. */
function chainOf({ environment, path }: StoredRun): TargetPlan['chain'] {
  if (environment === null) {
    throw new LoadTestError('TARGET_NOT_READY', `${path} does not say on which chain the run was made.`, {
      hint: 'Name it with --target.',
    })
  }
  const { chainId, rpcUrls } = environment.target
  return { id: chainId, rpcUrls, contracts: deployedContracts }
}

function gone(cause: LoadTestError, { summary }: { summary: Summary }, isRemembered: boolean): LoadTestError {
  const isEmbedded = summary.dependencies.chain === 'embedded' && isRemembered
  return new LoadTestError('TARGET_NOT_READY', `The chain of the run cannot be reached: ${cause.message}`, {
    cause,
    hint: isEmbedded
      ? 'An embedded chain ends with its run. To audit a run, keep the stack running: ' +
        '`vana-load testbed --json > target.json`, then `run --target target.json`.'
      : 'Name its chain with --target. Access keys in URLs are not stored with a run.',
  })
}
