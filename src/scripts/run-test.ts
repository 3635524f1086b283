import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type ConfigDocument, describeConfig } from '../config/describe-config.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { presets } from '../config/presets.ts'
import { throwProblems } from '../config/problem.ts'
import type { ResolvedConfig } from '../config/resolve-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { fileHandleLimit, fileHandlesOf } from '../process/file-handles.ts'
import type { Baseline } from '../results/baseline/baseline-schema.ts'
import type { CommandIo } from './cli/command-io.ts'
import { addConfigOptions, readCommandConfig } from './cli/config-options.ts'
import { exitCodes } from './cli/exit-code.ts'
import { runAsScript } from './cli/run-as-script.ts'
import { withPassphrase } from './cli/with-passphrase.ts'
import type { CommandModule } from './main.ts'
import { runContextOf } from './run/run-context.ts'

/** The command `run`: a load test. */
export const define: CommandModule['define'] = (command: Command, io: CommandIo, run) => {
  command
    .description(
      'Runs a load test: users come as the load says, each does the whole workflow for real, and a report is written.\n' +
        'Without flags: the smoke preset against an embedded copy of the whole stack.',
    )
    .action(() =>
      run(async () => {
        const { resolved: asked, environment } = readCommandConfig(command, io, 'smoke')
        const baseline = await baselineOf(asked, io, describeConfig(asked))
        if (asked.config.dryRun) {
          const { showPlan } = await import('./run/show-plan.ts')
          await showPlan(asked.config, io, runContextOf(asked, environment))
          return exitCodes.ok
        }
        checkFileHandles(asked.config)
        const resolved = await withPassphrase(asked, io)
        const context = runContextOf(resolved, environment)
        if (resolved.config.capacity.find) {
          const { findCapacity } = await import('./run/find-capacity.ts')
          const { exitCode } = await findCapacity(resolved.config, io, context)
          return exitCode
        }
        const { runLoadTest } = await import('./run/run-load-test.ts')
        const { exitCode } = await runLoadTest(resolved.config, io, context, baseline)
        return exitCode
      }),
    )
    .addHelpText('after', help)
  addConfigOptions(command)
}

/** @throws LoadTestError TOO_FEW_FILE_HANDLES when so many users in flight would run out of them */
function checkFileHandles({ users, load }: LoadTestConfig): void {
  const most = Math.min(users, load.concurrency)
  const needed = fileHandlesOf(most)
  const limit = fileHandleLimit()
  if (limit === null || limit >= needed) return
  throw new LoadTestError(
    'TOO_FEW_FILE_HANDLES',
    `${most} users in flight need ${needed} file handles, and this process may have ${limit}.`,
    { hint: `Raise the limit with \`ulimit -n ${needed}\`, or lower --concurrency.` },
  )
}

/** The baseline that a run asks for, if the run is of the same test; read before anything is started or paid. */
async function baselineOf(
  { config }: Pick<ResolvedConfig, 'config'>,
  io: CommandIo,
  document: ConfigDocument,
): Promise<Baseline | undefined> {
  if (config.baseline === undefined) return undefined
  const { baselineProblems, needBaseline } = await import('../results/baseline/read-baseline.ts')
  if (config.capacity.find) {
    throwProblems([{ key: 'baseline', found: 'a search for the capacity makes many runs, which have none' }])
  }
  const baseline = await needBaseline(resolve(io.cwd, config.baseline))
  throwProblems(
    baselineProblems(baseline, document, config.target),
    'Ask for the same as the run that the baseline is of, or make a new one with `vana-load baseline set`.',
  )
  return baseline
}

const help = `
Presets:
${Object.entries(presets)
  .map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`)
  .join('\n')}

Users, rate and time belong together (users = rate x time, half of each ramp counts): give two, the third follows.

Examples:
  $ vana-load run
  $ vana-load run --users 1000 --rate 3 --concurrency 50
  $ vana-load run --rate 5 --ramp-up 2m --sustain 10m --ramp-down 1m
  $ vana-load run --users 50 --batch-size 5 --delay 8s --concurrency 10
  $ vana-load run --threshold 'success >= 99%' --threshold 'flow.p95 < 20s' --json > summary.json
  $ vana-load run --find-capacity --threshold 'success >= 99%' --threshold 'flow.p95 < 10s'
  $ vana-load run --users 500 --rate 5 --dashboard
  $ vana-load run --preset burst --target moksha --dry-run
`

void runAsScript(import.meta.url, 'run')
