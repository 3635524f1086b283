import { resolve } from 'node:path'
import type { Environment } from '../../config/environment-layer.ts'
import type { ValuesOf } from '../../config/parameter.ts'
import type { auditCommandParameters, pastRunParameters } from '../../config/parameters/past-runs.ts'
import { throwProblems } from '../../config/problem.ts'
import { resolveTarget } from '../../config/resolve-target.ts'
import type { TargetPlan } from '../../config/target.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import { formatCount, formatCounted } from '../../report/format-value.ts'
import { colorsFor } from '../../report/terminal-text.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { readEndedRun } from '../cli/read-ended-run.ts'
import { type Audit, auditRun } from './audit-run.ts'
import { describeAudit } from './describe-audit.ts'

type AuditOptions = ValuesOf<typeof auditCommandParameters> &
  ValuesOf<typeof pastRunParameters> & { name: string; environment: Environment }

/** Checks a run on chain, and prints the verdict. */
export async function auditCommand(options: AuditOptions, io: CommandIo): Promise<number> {
  const { target: targetName, sample, directory, json, name, environment } = options
  if (targetName === 'local') {
    const allowed = 'moksha, env, or the target document of a running testbed'
    throwProblems([{ key: '--target', found: 'local', allowed }])
  }
  const stored = await readEndedRun(resolve(io.cwd, directory), name)
  const target = await targetOf(targetName, environment)
  const found = await auditRun(stored, { target, sample, signal: io.signal })
  const text = json
    ? JSON.stringify(found, null, 2)
    : `${describeAudit(found.checks, colorsFor(io.stdout, io.env))}\n\n${conclude(found)}`
  io.stdout.write(`${processRedactor.text(text)}\n`)
  return found.holds ? exitCodes.ok : exitCodes.thresholdFailed
}

async function targetOf(name: string | undefined, environment: Environment): Promise<TargetPlan | undefined> {
  if (name === undefined) return undefined
  // Nothing is sent, so mainnet may be read.
  const choice = { target: name, limits: { allowMainnet: true }, secrets: { granteePrivateKey: undefined } }
  const target = await resolveTarget(choice, environment)
  return target === 'local' ? undefined : target
}

function conclude({ run, checks, looked, rpcCalls, chainId, endpoints, holds }: Audit): string {
  const open = checks.filter(({ verdict }) => verdict === 'unchecked').length
  const broken = checks.filter(({ verdict }) => verdict === 'broken').length
  const exception = open > 0 ? ` ${formatCounted(open, 'claim')} could not be checked.` : ''
  const verdict = holds
    ? `${run} passes the audit.${exception}`
    : `${run} fails the audit: ${formatCounted(broken, 'claim')} wrong.`
  const part = looked.sampled < looked.of ? ' (a sample; all permissions were looked up)' : ''
  return (
    `${verdict}\n${formatCount(looked.sampled)} of ${formatCounted(looked.of, 'transaction')}${part}, ` +
    `${formatCounted(rpcCalls, 'RPC call')} to chain ${chainId} at ${endpoints.join(', ')}`
  )
}
