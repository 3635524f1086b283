import type { ValuesOf } from './parameter.ts'
import { type NamedParameter, nameParameters } from './parameter-names.ts'
import { breakerParameters } from './parameters/breaker.ts'
import { capacityParameters } from './parameters/capacity.ts'
import { chainParameters, testbedParameters } from './parameters/chain.ts'
import { flowParameters, retryParameters } from './parameters/flow.ts'
import { loadParameters } from './parameters/load.ts'
import { limitParameters, walletParameters } from './parameters/money.ts'
import { outputParameters } from './parameters/output.ts'
import { runParameters } from './parameters/run.ts'
import { secretParameters } from './parameters/secrets.ts'
import { targetParameters } from './parameters/target-environment.ts'
import type { PresetName } from './presets.ts'

/** Every parameter of a load test by group; the group `''` stands at the top. */
export const configGroups = {
  '': runParameters,
  load: loadParameters,
  capacity: capacityParameters,
  breaker: breakerParameters,
  flow: flowParameters,
  retry: retryParameters,
  chain: chainParameters,
  testbed: testbedParameters,
  wallets: walletParameters,
  limits: limitParameters,
  output: outputParameters,
  secrets: secretParameters,
} as const

/** The parameters of a load test, each with its names. */
export const configParameters: readonly NamedParameter[] = nameParameters(configGroups)

/** What the environment says of a target. */
export const targetEnvironmentParameters: readonly NamedParameter[] = nameParameters({ '': targetParameters })

/** The complete and consistent configuration of a load test: units are in the names, nothing is left to be derived. */
export type LoadTestConfig = ValuesOf<(typeof configGroups)['']> & {
  preset: PresetName
} & {
  [Group in Exclude<keyof typeof configGroups, ''>]: ValuesOf<(typeof configGroups)[Group]>
}
