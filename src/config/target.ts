import { z } from 'zod'
import { dependencyNames } from './dependency.ts'
import { storageSchema } from './storage-target.ts'

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address: 0x and 40 hex digits')
  .transform((text) => text as `0x${string}`)
const privateKey = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'expected a private key: 0x and 64 hex digits')
  .transform((text) => text as `0x${string}`)
const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })

/** The contracts of the data-portability workflow that a flow touches. */
export const contractAddressesSchema = z.strictObject({
  permissions: address,
  servers: address,
  grantees: address,
  registry: address,
  schemas: address,
  multicall3: address,
  multisend: address,
})

const granteeSchema = z.strictObject({ id: z.int().positive(), address })

/**
 * The document that names an environment under test: printed by `vana-load testbed --json`, read with `--target <file>`.
 */
export const targetSchema = z.strictObject({
  /** What people call it: `local`, `moksha`, or a name of one's own. */
  name: z.string().default('custom'),
  chain: z.strictObject({
    id: z.int().positive(),
    rpcUrls: z.array(httpUrl).min(1),
    contracts: contractAddressesSchema,
  }),
  storage: storageSchema,
  personalServer: z.strictObject({
    /** Ends in `/api/v1`, without a trailing slash. */
    url: httpUrl.transform((url) => url.replace(/\/+$/, '')),
    profile: z.enum(['main-2025-09-05', 'head-2025-10-17']).default('main-2025-09-05'),
  }),
  apiServer: z.strictObject({ url: httpUrl.transform((url) => url.replace(/\/+$/, '')) }),
  grantee: granteeSchema,
  /** More of them, for runs that spread their users with `--grantees`; their keys follow from that of the first. */
  moreGrantees: z.array(granteeSchema).optional(),
  /** Development keys of an embedded chain; refused anywhere but on a loopback chain 14800. */
  accounts: z
    .strictObject({
      owner: privateKey,
      funder: privateKey,
      /** The first of the relayer's keys; the only one in documents without `relayers`. */
      relayer: privateKey,
      /** All keys that the API server relays with, one for each sending lane. */
      relayers: z.array(privateKey).min(1),
    })
    .partial()
    .optional(),
  /** Which parts are embedded stand-ins rather than the real thing. */
  embedded: z.array(z.enum(dependencyNames)).default([]),
  /** Versions of what an embedded chain is made of, by name. */
  versions: z.record(z.string(), z.string()).optional(),
  /** Faults between the parts and their clients, as in `--fault`; only a testbed has them. */
  faults: z.array(z.string()).default([]),
  /** Where parts tell of their own CPU time, memory and counters: those of a testbed, and an API server of the run's own. */
  metricsUrls: z.partialRecord(z.enum(dependencyNames), httpUrl).optional(),
  /** Processes of the embedded parts, on this machine. */
  pids: z.partialRecord(z.enum(dependencyNames), z.int().positive()).optional(),
})

/** A target document whose API server may still have to be started. */
export const targetPlanSchema = targetSchema.extend({ apiServer: targetSchema.shape.apiServer.optional() })

/** A target of which everything but the API server is known for sure; without one, a run starts its own. */
export type TargetPlan = z.output<typeof targetPlanSchema>

/** An environment under test. */
export type Target = z.output<typeof targetSchema>

/** The addresses of a target's contracts. */
export type ContractAddresses = z.output<typeof contractAddressesSchema>
