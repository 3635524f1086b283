import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { z } from 'zod'
import { type DependencyName, dependencyNames } from '../config/dependency.ts'
import type { StorageTarget } from '../config/storage-target.ts'
import type { Target } from '../config/target.ts'
import { endpointLabel } from '../redaction/endpoint-label.ts'

const realness = z.enum(['real', 'embedded'])
const dependencyShape = Object.fromEntries(dependencyNames.map((name) => [name, realness])) as Record<
  DependencyName,
  typeof realness
>

/** Whether each dependency was the real thing or an embedded stand-in. */
export const dependenciesSchema = z.object(dependencyShape)

/** Whether each dependency was the real thing or an embedded stand-in. */
export type Dependencies = z.output<typeof dependenciesSchema>

/** The content of `environment.json`: the machine, versions and target of a run. */
export const environmentSchema = z.object({
  versions: z.record(z.string(), z.string()),
  machine: z.object({
    platform: z.string(),
    arch: z.string(),
    cpuModel: z.string(),
    cpus: z.int().positive(),
    memoryBytes: z.int().positive(),
  }),
  target: z.object({
    name: z.string(),
    chainId: z.int().positive(),
    rpcUrls: z.array(z.string()),
    storage: z.string(),
    personalServer: z.string(),
    apiServer: z.string(),
    /** Processes of the embedded parts, for profiling. */
    pids: z.record(z.string(), z.int().positive()).optional(),
  }),
  dependencies: dependenciesSchema,
  /** Faults that were injected into the target. */
  faults: z.array(z.string()).default([]),
})

/** The machine, versions and target of a run. */
export type Environment = z.output<typeof environmentSchema>

/**
 * Returns which dependencies of a target are real.
 *
 * @example dependenciesOf({ embedded: ['chain'] }).chain // 'embedded'
 */
export function dependenciesOf(target: Pick<Target, 'embedded'>): Dependencies {
  const entries = dependencyNames.map(
    (name) => [name, target.embedded.includes(name) ? 'embedded' : 'real'] as const,
  )
  return Object.fromEntries(entries) as Dependencies
}

/** Provider, location and endpoint in a word each. */
function labelOf(storage: StorageTarget): string {
  const place =
    storage.provider === 'gcs'
      ? storage.bucket
      : storage.provider === 'google-drive'
        ? storage.folderId
        : undefined
  const at = storage.apiEndpoint === undefined ? '' : ` at ${endpointLabel(storage.apiEndpoint)}`
  return `${storage.provider}${place === undefined ? '' : `: ${place}`}${at}`
}

/**
 * Describes machine, versions and target. Those of an embedded chain and Node's own are added to the versions given.
 *
 * @example describeEnvironment({ target, versions: { 'vana-load': '0.1.0' } })
 */
export function describeEnvironment(options: {
  target: Target
  /** Returns the versions of this program and its dependencies, by name. */
  versions: Record<string, string>
}): Environment {
  const { target, versions } = options
  return {
    versions: { ...versions, ...target.versions, node: process.versions.node },
    machine: {
      platform: `${platform()} ${release()}`,
      arch: arch(),
      cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
      cpus: availableParallelism(),
      memoryBytes: totalmem(),
    },
    target: {
      name: target.name,
      chainId: target.chain.id,
      rpcUrls: target.chain.rpcUrls.map(endpointLabel),
      storage: labelOf(target.storage),
      personalServer: endpointLabel(target.personalServer.url),
      apiServer: endpointLabel(target.apiServer.url),
      ...(target.pids === undefined ? {} : { pids: target.pids }),
    },
    dependencies: dependenciesOf(target),
    faults: target.faults,
  }
}
