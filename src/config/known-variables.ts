import { configParameters, targetEnvironmentParameters } from './load-test-config.ts'
import { type NamedParameter, nameParameters } from './parameter-names.ts'
import { artilleryRunParameters, artilleryWriteParameters } from './parameters/artillery.ts'
import {
  serveCommandParameters,
  testbedCommandParameters,
  testbedSurroundingsParameters,
} from './parameters/commands.ts'
import {
  auditCommandParameters,
  baselineFileParameters,
  baselineSetParameters,
  compareCommandParameters,
  mergeCommandParameters,
  monitorCommandParameters,
  pastRunParameters,
  reportCommandParameters,
} from './parameters/past-runs.ts'
import {
  fundCommandParameters,
  laneAmountParameters,
  laneCommandParameters,
  statusCommandParameters,
  sweepCommandParameters,
  walletsCommandParameters,
} from './parameters/wallets-command.ts'
import { presetVariable } from './resolve-preset.ts'

/** Parameters of single commands, by command. */
export const commandParameters: readonly { command: string; parameters: readonly NamedParameter[] }[] = [
  {
    command: 'testbed',
    parameters: nameParameters({
      testbed: testbedCommandParameters,
      surroundings: testbedSurroundingsParameters,
    }),
  },
  { command: 'serve', parameters: nameParameters({ serve: serveCommandParameters }) },
  {
    command: 'wallets',
    parameters: nameParameters({
      wallets: walletsCommandParameters,
      fund: fundCommandParameters,
      status: statusCommandParameters,
      sweep: sweepCommandParameters,
      lanes: laneCommandParameters,
      amount: laneAmountParameters,
    }),
  },
  {
    command: 'monitor',
    parameters: nameParameters({ monitor: monitorCommandParameters, runs: pastRunParameters }),
  },
  { command: 'report', parameters: nameParameters({ report: reportCommandParameters }) },
  { command: 'compare', parameters: nameParameters({ compare: compareCommandParameters }) },
  {
    command: 'baseline',
    parameters: nameParameters({ baseline: baselineFileParameters, set: baselineSetParameters }),
  },
  { command: 'audit', parameters: nameParameters({ audit: auditCommandParameters }) },
  { command: 'merge', parameters: nameParameters({ merge: mergeCommandParameters }) },
  {
    command: 'artillery',
    parameters: nameParameters({ write: artilleryWriteParameters, run: artilleryRunParameters }),
  },
]

/** Lists the environment variables of all commands, so that no command reports another's variable as a mistake. */
export function knownVariables(): string[] {
  const parameters = [
    ...configParameters,
    ...targetEnvironmentParameters,
    ...commandParameters.flatMap((command) => command.parameters),
  ]
  return [
    presetVariable,
    ...parameters.flatMap(({ parameter, env }) =>
      parameter.secret ? env.flatMap((name) => [name, `${name}_FILE`]) : env,
    ),
  ]
}
