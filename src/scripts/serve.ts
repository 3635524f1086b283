import type { ValuesOf } from '../config/parameter.ts'
import { nameParameters } from '../config/parameter-names.ts'
import { chainParameters } from '../config/parameters/chain.ts'
import { serveCommandParameters } from '../config/parameters/commands.ts'
import { limitParameters } from '../config/parameters/money.ts'
import { secretParameters } from '../config/parameters/secrets.ts'
import { resolveGroups } from '../config/resolve-groups.ts'
import { resolveTarget } from '../config/resolve-target.ts'
import type { TargetPlan } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { addEnvironmentOptions, readCommandEnvironment } from './cli/environment-options.ts'
import { addParameterOptions, readTypedFlags } from './cli/parameter-options.ts'
import type { CommandModule } from './main.ts'

const { allowMainnet } = limitParameters
const groups = {
  command: serveCommandParameters,
  chain: chainParameters,
  limits: { allowMainnet },
  secrets: secretParameters,
}

/** What the command `serve` is asked for. */
export type ServeOptions = Omit<ValuesOf<typeof serveCommandParameters>, 'target'> & {
  target: TargetPlan
  chain: ValuesOf<typeof chainParameters>
  secrets: ValuesOf<typeof secretParameters>
}

/** The command `serve`: the API server by itself. */
export const define: CommandModule['define'] = (command, io, run) => {
  const parameters = nameParameters(groups)
  command
    .description(
      'Starts the API server, which relays transactions and asks the personal server in the name of the app, and stays\n' +
        'up until it is interrupted. Its keys come from the environment: see .env.example.',
    )
    .action(() =>
      run(async () => {
        const { flags, problems } = readTypedFlags(command, parameters)
        const environment = readCommandEnvironment(command, io)
        const {
          command: own,
          chain,
          limits,
          secrets,
        } = resolveGroups(groups, { flags, environment, problems })
        if (limits.allowMainnet && own.maxSpendWei === undefined) {
          throw new LoadTestError(
            'CONFIG_INVALID',
            '--allow-mainnet: a spending cap has to be given: --max-spend',
          )
        }
        const target = await resolveTarget(
          { target: own.target, limits, secrets: { granteePrivateKey: secrets.granteePrivateKey } },
          environment,
        )
        if (target === 'local') {
          throw new LoadTestError('CONFIG_INVALID', 'The embedded testbed has an API server of its own.', {
            hint: 'Start it with `vana-load testbed`, or give `vana-load serve` the target document that it prints.',
          })
        }
        const { runServe } = await import('./serve/run-serve.ts')
        const { exitCode } = await runServe({ ...own, target, chain, secrets }, io)
        return exitCode
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load serve --target moksha\n  $ vana-load serve --target target.json --port 0\n',
    )
  addEnvironmentOptions(command)
  addParameterOptions(command, parameters, { command: 'The server:', chain: 'The chain:', limits: 'Limits:' })
}
