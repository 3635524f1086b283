import type { Summary } from '../../results/summary-schema.ts'
import { type AuditCheck, checkOf } from './check.ts'
import type { Claims } from './read-claims.ts'

/** Checks the summary of a run against its own flows, without the chain. */
export function checkSummary(
  { users, permissions, gas }: Summary,
  claims: Claims,
  areAll: boolean,
): AuditCheck[] {
  const { outcomes } = claims
  const counted: [name: string, claimed: number, found: number][] = [
    ['succeeded', users.succeeded, outcomes.succeeded],
    ['degraded', users.degraded, outcomes.degraded],
    ['failed', users.failed, outcomes.failed],
    ['timed out', users.timedOut, outcomes['timed-out']],
    ['aborted', users.aborted, outcomes.aborted],
    ['permissions', permissions.count, claims.permissions],
  ]
  const wrong = counted
    .filter(([, claimed, found]) => claimed !== found)
    .map(([name, claimed, found]) => `${name}: ${claimed} in the summary, ${found} in the flows`)
  const costWei = claims.sampled.reduce(
    (sum, { gasUsed, gasPriceWei }) => sum + BigInt(gasUsed ?? 0) * (gasPriceWei ?? 0n),
    0n,
  )
  if (areAll && costWei !== BigInt(gas.costWei)) {
    wrong.push(`gas: ${gas.costWei} wei in the summary, ${costWei} in the flows`)
  }
  const flows = Object.values(outcomes).reduce((a, b) => a + b, 0)
  return [
    checkOf('the summary says what the flows say', `${flows} flows`, wrong),
    checkOf('no flow contradicts itself or another', `${flows} flows`, claims.contradictions),
  ]
}
