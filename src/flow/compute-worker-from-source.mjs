/** Runs the compute worker in a checkout, where it is TypeScript. A worker thread has to register the loader again. */
import { register } from 'tsx/esm/api'

register()
export const { encryptData, makeUserData, sealKey, signPermission, warmUp } = await import(
  './compute-worker.ts'
)
