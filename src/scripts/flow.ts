import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { NamedParameter } from '../config/parameter-names.ts'
import type { ResolvedConfig } from '../config/resolve-config.ts'
import { isAskedFor } from '../config/source.ts'
import { addConfigOptions, readCommandConfig } from './cli/config-options.ts'
import { withPassphrase } from './cli/with-passphrase.ts'
import type { CommandModule } from './main.ts'
import { runContextOf } from './run/run-context.ts'

const groups = new Set(['flow', 'retry', 'chain', 'testbed', 'wallets', 'limits'])
const keys = new Set(['target', 'seed', 'output.json'])

/** The command `flow`: one flow, step by step. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description('Carries one user through the whole workflow and shows every step as it happens.')
    .action(() =>
      run(async () => {
        const { resolved: asked, environment } = readCommandConfig(command, io, 'debug')
        const resolved = await withPassphrase(asked, io)
        const { runSingleFlow } = await import('./flow/run-single-flow.ts')
        // What was settled about users and rates is of no matter here.
        const single = { ...resolved, config: forOneUser(resolved), notes: [] }
        const { exitCode } = await runSingleFlow(single.config, io, runContextOf(single, environment))
        return exitCode
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load flow\n  $ vana-load flow --target target.json --submission relayed --data-size large\n',
    )
  addConfigOptions(command, ({ path: [group], key }: NamedParameter) => groups.has(group) || keys.has(key))
}

/** A config file may be shared with `run`: whatever load it asks for, here comes one user. */
function forOneUser({ config, sources }: ResolvedConfig): LoadTestConfig {
  const source = sources.get('limits.maxSpend')
  const isCapAskedFor = source !== undefined && isAskedFor(source)
  return {
    ...config,
    users: 1,
    load: { ...config.load, concurrency: 1 },
    limits: {
      ...config.limits,
      maxSpendWei: isCapAskedFor ? config.limits.maxSpendWei : (config.wallets.fundingWei * 11n) / 10n,
    },
  }
}
