import type { ValuesOf } from '../config/parameter.ts'
import { chainParameters } from '../config/parameters/chain.ts'
import { serveCommandParameters } from '../config/parameters/commands.ts'
import { limitParameters } from '../config/parameters/money.ts'
import { secretParameters } from '../config/parameters/secrets.ts'
import type { TargetPlan } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addCommandOptions } from './cli/command-options.ts'

const { allowMainnet } = limitParameters
const groups = {
  command: serveCommandParameters,
  chain: chainParameters,
  limits: { allowMainnet },
  secrets: secretParameters,
}
const headings = { command: 'The server:', chain: 'The chain:', limits: 'Limits:' }

/** The options of the command `serve`, with the target resolved. */
export type ServeOptions = Omit<ValuesOf<typeof serveCommandParameters>, 'target'> & {
  target: TargetPlan
  chain: ValuesOf<typeof chainParameters>
  secrets: ValuesOf<typeof secretParameters>
}

/** The command `serve`: the API server alone. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addCommandOptions(command, io, { groups, headings })
  command
    .description(
      'Starts the API server and keeps it running until you interrupt it. It relays transactions, and it sends requests to\n' +
        'the personal server on behalf of the app. Its keys come from the environment: see .env.example.',
    )
    .action(() =>
      run(async () => {
        const { values, environment } = read()
        const { command: own, chain, limits, secrets } = values
        if (limits.allowMainnet && own.maxSpendWei === undefined) {
          throw new LoadTestError('CONFIG_INVALID', '--allow-mainnet requires a spending cap: --max-spend.')
        }
        const { resolveTarget } = await import('../config/resolve-target.ts')
        const { granteePrivateKey } = secrets
        const choice = { target: own.target, limits, secrets: { granteePrivateKey } }
        const target = await resolveTarget(choice, environment)
        if (target === 'local') throw localTarget()
        const { runServe } = await import('./serve/run-serve.ts')
        const { exitCode } = await runServe({ ...own, target, chain, secrets }, io)
        return exitCode
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load serve --target moksha\n  $ vana-load serve --target target.json --port 0\n',
    )
}

/** The embedded stack of a run starts and ends with the run. */
function localTarget(): LoadTestError {
  return new LoadTestError(
    'CONFIG_INVALID',
    'The target is local, and no embedded stack is running that this server could use.',
    {
      hint:
        'Choose a target: --target moksha, or --target target.json with the document of `vana-load testbed --json`. ' +
        'A testbed already has an API server of its own.',
    },
  )
}
