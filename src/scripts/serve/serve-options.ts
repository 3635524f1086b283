import type { ValuesOf } from '../../config/parameter.ts'
import { chainParameters } from '../../config/parameters/chain.ts'
import { serveCommandParameters } from '../../config/parameters/commands.ts'
import { limitParameters } from '../../config/parameters/money.ts'
import { secretParameters } from '../../config/parameters/secrets.ts'
import type { TargetPlan } from '../../config/target.ts'

const { allowMainnet } = limitParameters
/** The parameters of the command `serve`. */
export const serveGroups = {
  command: serveCommandParameters,
  chain: chainParameters,
  limits: { allowMainnet },
  secrets: secretParameters,
}

/** The options of the command `serve`, with the target resolved. */
export type ServeOptions = Omit<ValuesOf<typeof serveCommandParameters>, 'target'> & {
  target: TargetPlan
  chain: ValuesOf<typeof chainParameters>
  secrets: ValuesOf<typeof secretParameters>
}
