import { resolve } from 'node:path'
import type { Command } from 'commander'
import { throwProblems } from '../config/problem.ts'
import { resolveTarget } from '../config/resolve-target.ts'
import type { TargetPlan } from '../config/target.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import { formatCount, formatCounted } from '../report/format-value.ts'
import { colorsFor } from '../report/terminal-text.ts'
import { type Audit, auditRun } from './audit/audit-run.ts'
import { describeAudit } from './audit/describe-audit.ts'
import type { CommandIo } from './cli/command-io.ts'
import { addEnvironmentOptions, readCommandEnvironment } from './cli/environment-options.ts'
import { exitCodes } from './cli/exit-code.ts'
import { readEndedRun } from './cli/read-ended-run.ts'
import type { CommandModule } from './main.ts'

type AuditOptions = { target?: string; sample?: string; results: string; json?: true }

/** The command `audit`: holds a run's claims against the chain. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Holds the claims of a run against the chain: that every flow that counts as succeeded has its transaction, its\n' +
        'permission and its gas there, that its users have no others, and that the money adds up. It reads only.\n' +
        'Exit code 4 when a claim does not hold, 3 when the chain of the run is gone.',
    )
    .argument('[run]', 'id of a run, the start of one, `latest`, `previous`, or a path', 'latest')
    .option(
      '--target <name|file>',
      'The target of the run: moksha, env, or a file. (default: the chain as the run wrote it down)',
    )
    .option('--sample <count>', 'Look up the transactions of so many flows, chosen by chance. (default: all)')
    .option('--results <folder>', 'Folder that the results of runs are in.', 'results')
    .option('--json', 'Print one JSON document on standard output, and nothing else there.')
    .action((name: string) => run(() => audit(command, io, name)))
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load audit\n  $ vana-load audit 20260801-142233 --target target.json\n' +
        '  $ vana-load audit latest --target moksha --sample 500 --json\n\nMore: docs/auditing.md\n',
    )
  addEnvironmentOptions(command)
}

async function audit(command: Command, io: CommandIo, name: string): Promise<number> {
  const options = command.opts<AuditOptions>()
  const sample = options.sample === undefined ? undefined : Number(options.sample)
  const environment = readCommandEnvironment(command, io)
  throwProblems([
    ...(sample !== undefined && !(Number.isSafeInteger(sample) && sample > 0)
      ? [{ key: '--sample', found: `'${options.sample}'`, allowed: 'a whole number from 1' }]
      : []),
    ...(options.target === 'local'
      ? [{ key: '--target', found: 'local', allowed: 'the document of a testbed that is up, moksha, or env' }]
      : []),
  ])
  const stored = await readEndedRun(resolve(io.cwd, options.results), name)
  const target = await targetOf(options.target, environment)
  const redactor = processRedactor
  const found = await auditRun(stored, { target, sample, signal: io.signal })
  const text = options.json
    ? JSON.stringify(found, null, 2)
    : `${describeAudit(found.checks, colorsFor(io.stdout, io.env))}\n\n${conclude(found)}`
  io.stdout.write(`${redactor.text(text)}\n`)
  return found.holds ? exitCodes.ok : exitCodes.thresholdFailed
}

async function targetOf(
  name: string | undefined,
  environment: Parameters<typeof resolveTarget>[1],
): Promise<TargetPlan | undefined> {
  if (name === undefined) return undefined
  // Nothing is sent, so that mainnet may be read.
  const choice = { target: name, limits: { allowMainnet: true }, secrets: { granteePrivateKey: undefined } }
  const target = await resolveTarget(choice, environment)
  return target === 'local' ? undefined : target
}

function conclude({ run, checks, looked, rpcCalls, chainId, endpoints, holds }: Audit): string {
  const open = checks.filter(({ verdict }) => verdict === 'unchecked').length
  const broken = checks.filter(({ verdict }) => verdict === 'broken').length
  const verdict = holds
    ? `${run} holds${open > 0 ? `, as far as it could be checked: ${formatCounted(open, 'claim')} could not` : ''}.`
    : `${run} does not hold: ${formatCounted(broken, 'claim')} broken.`
  const part = looked.sampled < looked.of ? ' (a sample; all permissions were looked up)' : ''
  return (
    `${verdict}\n${formatCount(looked.sampled)} of ${formatCounted(looked.of, 'transaction')}${part}, ` +
    `${formatCounted(rpcCalls, 'RPC call')} to chain ${chainId} at ${endpoints.join(', ')}`
  )
}
