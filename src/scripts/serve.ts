import { LoadTestError } from '../errors/load-test-error.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addCommandOptions } from './cli/command-options.ts'
import { serveGroups } from './serve/serve-options.ts'

const headings = { command: 'The server:', chain: 'The chain:', limits: 'Limits:' }

/** The command `serve`: the API server alone. */
export const define: CommandModule['define'] = (command, io, run) => {
  const read = addCommandOptions(command, io, { groups: serveGroups, headings })
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
