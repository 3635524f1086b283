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

/** Every environment variable that any command reads, so that one command does not take another's for a mistake. */
export function knownVariables(): string[] {
  const parameters: NamedParameter[] = [
    ...configParameters,
    ...targetEnvironmentParameters,
    ...nameParameters({ testbed: testbedCommandParameters, serve: serveCommandParameters }),
    ...nameParameters({ surroundings: testbedSurroundingsParameters }),
    ...nameParameters({ wallets: walletsCommandParameters, fund: fundCommandParameters }),
    ...nameParameters({ status: statusCommandParameters, sweep: sweepCommandParameters }),
    ...nameParameters({ lanes: laneCommandParameters, amount: laneAmountParameters }),
  ]
  return [
    presetVariable,
    ...parameters.flatMap(({ parameter, env }) =>
      parameter.secret ? env.flatMap((name) => [name, `${name}_FILE`]) : env,
    ),
  ]
}
