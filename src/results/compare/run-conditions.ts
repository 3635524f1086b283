import { z } from 'zod'
import { dependenciesSchema } from '../environment.ts'
import type { StoredRun } from '../read-run.ts'
import type { Summary } from '../summary-schema.ts'

/** The conditions of a run that affect its figures. Contains no secrets. */
export const runConditionsSchema = z.object({
  target: z.string(),
  preset: z.string().nullable(),
  seed: z.union([z.string(), z.number()]),
  dependencies: dependenciesSchema,
  faults: z.array(z.string()),
  /** The part of a split run; `null` for a whole run. */
  part: z.string().nullable(),
  /** Settings of users, flows, chain and testbed by key, as people write them. */
  settings: z.record(z.string(), z.string()),
  /** Processor, number of cores and system; `null` if unknown. */
  machine: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
})

/** The conditions of a run. */
export type RunConditions = z.output<typeof runConditionsSchema>

/** Settings that affect the figures; the others concern output, keys, limits and verdicts. */
const affecting = /^(users|degrade|(load|flow|testbed|chain|retry|breaker)\..+)$/
const notAffecting = new Set(['load.threads', 'load.part', 'load.grace', 'testbed.faults'])

const configSchema = z.object({ values: z.record(z.string(), z.object({ value: z.unknown() })) })

/** A run with a summary. */
export type EndedRun = Pick<StoredRun, 'environment' | 'config'> & { summary: Summary }

/** Reads the conditions of a run from its documents. */
export function conditionsOf({ summary, environment, config }: EndedRun): RunConditions {
  const { run, dependencies, faults, users } = summary
  return {
    target: run.target,
    preset: run.preset,
    seed: run.seed,
    dependencies,
    faults,
    part: run.part === null ? null : `${run.part.index + 1}/${run.part.count}`,
    settings: settingsOf(config) ?? { users: String(users.planned) },
    machine:
      environment === null
        ? null
        : `${environment.machine.cpus} x ${environment.machine.cpuModel}, ${environment.machine.platform} ${environment.machine.arch}`,
    versions: environment?.versions ?? {},
  }
}

/** The settings of a configuration document that affect the figures; `undefined` if it has another form. */
export function settingsOf(config: unknown): Record<string, string> | undefined {
  const { data } = configSchema.safeParse(config)
  if (data === undefined) return undefined
  const entries = Object.entries(data.values)
    .filter(([key]) => affecting.test(key) && !notAffecting.has(key))
    .map(([key, { value }]) => [key, showValue(value)])
  return Object.fromEntries(entries)
}

function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'not set'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(showValue).join('; ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
