import type { Command } from 'commander'
import { presets } from '../config/presets.ts'
import type { CommandIo } from './command-io.ts'
import { addConfigOptions, readCommandConfig } from './config-options.ts'
import { exitCodes } from './exit-code.ts'
import type { CommandModule } from './main.ts'
import { runContextOf } from './run-context.ts'
import { withPassphrase } from './with-passphrase.ts'

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
        if (asked.config.dryRun) {
          const { showPlan } = await import('./show-plan.ts')
          await showPlan(asked.config, io, runContextOf(asked, environment))
          return exitCodes.ok
        }
        const resolved = await withPassphrase(asked, io)
        const context = runContextOf(resolved, environment)
        if (resolved.config.capacity.find) {
          const { findCapacity } = await import('./find-capacity.ts')
          const { exitCode } = await findCapacity(resolved.config, io, context)
          return exitCode
        }
        const { runLoadTest } = await import('./run-load-test.ts')
        const { exitCode } = await runLoadTest(resolved.config, io, context)
        return exitCode
      }),
    )
    .addHelpText('after', help)
  addConfigOptions(command)
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
  $ vana-load run --preset burst --target moksha --dry-run
`
