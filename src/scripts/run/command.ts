import { presets } from '../../config/presets.ts'
import type { CommandModule } from '../cli/command-module.ts'
import { addConfigOptions } from '../cli/config-options.ts'

/** The command `run`: a load test. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addConfigOptions(command, io, { defaultPreset: 'smoke', own: {} })
  command
    .description(
      'Runs a load test: users arrive as the load profile says, each runs the whole workflow for real, and a report is\n' +
        'written. Without flags, runs the smoke preset against an embedded copy of the whole stack.',
    )
    .action(() =>
      run(async () => {
        const { resolved, environment } = await read()
        const { runCommand } = await import('./run-command.ts')
        return await runCommand(resolved, environment, io)
      }),
    )
    .addHelpText('after', help)
}

const help = `
Presets:
${Object.entries(presets)
  .map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`)
  .join('\n')}

Users, rate and time depend on each other: users = rate x time, where half of each ramp counts. Give two of them, and the
third follows.

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
