import type { NamedParameter } from '../config/parameter-names.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import { openRunTarget } from '../run/open-run-target.ts'
import { addConfigOptions, readCommandConfig } from './cli/config-options.ts'
import { exitCodes } from './cli/exit-code.ts'
import { describeFindings } from './doctor/describe-findings.ts'
import { examineTarget } from './doctor/examine-target.ts'
import type { CommandModule } from './main.ts'
import { runContextOf } from './run/run-context.ts'

const groups = new Set(['testbed', 'limits'])
const keys = new Set([
  ...['target', 'users', 'flow.submission', 'flow.grantees', 'flow.requestTimeout', 'output.json'],
  ...['chain.feeMultiplier', 'chain.maxFeePerGas', 'chain.relayerLanes', 'wallets.funding'],
])
/** Nobody asks the model. */
const idle = new Set(['testbed.inferenceMedian', 'testbed.inference'])

/** The command `doctor`: looks at a target before a run does. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Looks at everything that a run needs of its target, and says what is wrong and what to do about it. Nothing is\n' +
        'paid; one small object is written to the storage and deleted again. Exit code 3 when the target is not ready.',
    )
    .action(() =>
      run(async () => {
        const { resolved, environment } = readCommandConfig(command, io, 'smoke')
        const { config } = resolved
        const redactor = processRedactor
        redactor.register(...runContextOf(resolved, environment).secrets)
        const { target, close } = await openRunTarget({
          config,
          environment,
          note: (text) => io.stderr.write(`${text}\n`),
          signal: io.signal,
        })
        try {
          const findings = await examineTarget(target, config, io.signal)
          const ready = findings.every(({ verdict }) => verdict !== 'failed')
          const text = config.output.json
            ? JSON.stringify({ schemaVersion: 1, target: target.name, ready, checks: findings }, null, 2)
            : `${describeFindings(findings)}\n\n${target.name} is ${ready ? '' : 'not '}ready.`
          io.stdout.write(`${redactor.text(text)}\n`)
          return ready ? exitCodes.ok : exitCodes.notReady
        } finally {
          await close()
        }
      }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load doctor\n  $ vana-load doctor --target moksha --preset conservative\n' +
        '  $ vana-load doctor --target target.json --json\n\nWhat each check looks at: docs/checking.md\n',
    )
  const isOffered = ({ path: [group], key }: NamedParameter): boolean =>
    keys.has(key) || (groups.has(group) && !idle.has(key))
  addConfigOptions(command, isOffered)
}
