import { createRequire } from 'node:module'
import { z } from 'zod'
import type { DataPortabilityGranteesABI } from '../../node_modules/@opendatalabs/vana-sdk/dist/generated/abi/DataPortabilityGranteesImplementation.d.ts'
import type { DataPortabilityPermissionsABI } from '../../node_modules/@opendatalabs/vana-sdk/dist/generated/abi/DataPortabilityPermissionsImplementation.d.ts'
import type { DataPortabilityServersABI } from '../../node_modules/@opendatalabs/vana-sdk/dist/generated/abi/DataPortabilityServersImplementation.d.ts'
import type { DataRefinerRegistryABI } from '../../node_modules/@opendatalabs/vana-sdk/dist/generated/abi/DataRefinerRegistryImplementation.d.ts'
import type { DataRegistryABI } from '../../node_modules/@opendatalabs/vana-sdk/dist/generated/abi/DataRegistryImplementation.d.ts'

const folder = new URL('../../node_modules/@opendatalabs/vana-sdk/dist/generated/abi/', import.meta.url)
const require = createRequire(folder)

/** Read file by file: the whole SDK takes seconds to load. */
function readAbi<T>(contract: string): T {
  const module = z.record(z.string(), z.unknown()).parse(require(`./${contract}Implementation.cjs`))
  return z.array(z.unknown()).parse(module[`${contract}ABI`]) as T
}

/** The published SDK's own description of the contracts, which ours must answer to. */
export const sdkAbis = {
  permissions: readAbi<typeof DataPortabilityPermissionsABI>('DataPortabilityPermissions'),
  servers: readAbi<typeof DataPortabilityServersABI>('DataPortabilityServers'),
  grantees: readAbi<typeof DataPortabilityGranteesABI>('DataPortabilityGrantees'),
  registry: readAbi<typeof DataRegistryABI>('DataRegistry'),
  schemas: readAbi<typeof DataRefinerRegistryABI>('DataRefinerRegistry'),
}
