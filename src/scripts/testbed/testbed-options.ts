import { chainParameters } from '../../config/parameters/chain.ts'
import {
  testbedBehaviorParameters,
  testbedCommandParameters,
  testbedSurroundingsParameters,
} from '../../config/parameters/commands.ts'
import { secretParameters } from '../../config/parameters/secrets.ts'
import { targetParameters } from '../../config/parameters/target-environment.ts'
import type { GroupValues } from '../../config/resolve-groups.ts'

const { granteePrivateKey, relayerPrivateKeys } = secretParameters
const { granteeId } = targetParameters
const { relayerLanes } = chainParameters
/** The parameters of the command `testbed`. */
export const testbedGroups = {
  command: testbedCommandParameters,
  surroundings: testbedSurroundingsParameters,
  testbed: testbedBehaviorParameters,
  chain: { relayerLanes },
  keys: { granteePrivateKey, relayerPrivateKeys, granteeId },
}

/** The options of the command `testbed`. */
export type TestbedCommandOptions = GroupValues<typeof testbedGroups>
