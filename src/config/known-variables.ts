import { configParameters, targetEnvironmentParameters } from './load-test-config.ts'
import { type NamedParameter, nameParameters } from './parameter-names.ts'
import {
  serveCommandParameters,
  testbedCommandParameters,
  testbedSurroundingsParameters,
} from './parameters/commands.ts'
import {
  fundCommandParameters,
  laneAmountParameters,
  laneCommandParameters,
  statusCommandParameters,
  sweepCommandParameters,
  walletsCommandParameters,
} from './parameters/wallets-command.ts'
import { presetVariable } from './resolve-preset.ts'

/** Parameters that only one command has, by the command. */
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
      ...{ wallets: walletsCommandParameters, fund: fundCommandParameters, status: statusCommandParameters },
      ...{ sweep: sweepCommandParameters, lanes: laneCommandParameters, amount: laneAmountParameters },
    }),
  },
]

/** Every environment variable that any command reads, so that one command does not take another's for a mistake. */
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
