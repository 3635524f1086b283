/** Runs the compute worker in a checkout, where it is TypeScript: a worker thread needs the loader registered anew. */
import { register } from 'tsx/esm/api'

register()
export const { encryptData, makeUserData, sealKey, signPermission, warmUp } = await import(
  './compute-worker.ts'
)
