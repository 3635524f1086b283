/** Code of a thread of the compute pool. Each export is a task. */
import { makeThreadGiveWay } from '../process/give-way.ts'
import { deriveKeysInPieces } from '../vana/derive-key-in-pieces.ts'

export { encryptData, sealKey, signPermission } from '../vana/user-crypto.ts'
export { makeUserData } from './user-data.ts'
export { warmUp } from './warm-up.ts'

makeThreadGiveWay()
await deriveKeysInPieces()
