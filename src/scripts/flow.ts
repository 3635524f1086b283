import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { NamedParameter } from '../config/parameter-names.ts'
import type { ResolvedConfig } from '../config/resolve-config.ts'
import { isAskedFor } from '../config/source.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addConfigOptions } from './cli/config-options.ts'

const groups = new Set(['flow', 'retry', 'chain', 'testbed', 'wallets', 'limits'])
const keys = new Set(['target', 'seed', 'output.json'])

const isOffered = ({ path: [group], key }: NamedParameter): boolean => groups.has(group) || keys.has(key)

/** The command `flow`: one flow, step by step. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addConfigOptions(command, io, { defaultPreset: 'debug', own: {}, isOffered })
  command
    .description('Runs the whole workflow for one user, and shows every step as it happens.')
    .action(() =>
      run(async () => {
        const { resolved: asked, environment } = await read()
        const { withPassphrase } = await import('./cli/with-passphrase.ts')
        const { runContextOf } = await import('./run/run-context.ts')
        const { runSingleFlow } = await import('./flow/run-single-flow.ts')
        const resolved = await withPassphrase(asked, io)
        // Notes about users and rates do not matter here.
        const single = { ...resolved, config: forOneUser(resolved), notes: [] }
        const { exitCode } = await runSingleFlow(single.config, io, runContextOf(single, environment))
        return exitCode
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load flow\n  $ vana-load flow --target target.json --submission relayed --data-size large\n',
    )
}

/** Reduces a load to one user: a config file may be shared with `run`. */
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
