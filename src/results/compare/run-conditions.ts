import { z } from 'zod'
import { dependenciesSchema } from '../environment.ts'
import type { StoredRun } from '../read-run.ts'
import type { Summary } from '../summary-schema.ts'

/** Under what a run was made, as far as it decides on its figures. Free of secrets. */
export const runConditionsSchema = z.object({
  target: z.string(),
  preset: z.string().nullable(),
  seed: z.union([z.string(), z.number()]),
  dependencies: dependenciesSchema,
  faults: z.array(z.string()),
  /** Which part of a split run it is; `null` for a whole one. */
  part: z.string().nullable(),
  /** What was asked of users, flows, chain and testbed, by key, as people write it. */
  settings: z.record(z.string(), z.string()),
  /** Processor, number of cores and system; `null` when it is not known. */
  machine: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
})

/** Under what a run was made. */
export type RunConditions = z.output<typeof runConditionsSchema>

/** Settings that decide on what a run says; the others are of output, keys, limits and verdicts. */
const deciding = /^(users|degrade|(load|flow|testbed|chain|retry|breaker)\..+)$/
const notDeciding = new Set(['load.threads', 'load.part', 'load.grace', 'testbed.faults'])

const configSchema = z.object({ values: z.record(z.string(), z.object({ value: z.unknown() })) })

/** A run that came to its end. */
export type EndedRun = Pick<StoredRun, 'environment' | 'config'> & { summary: Summary }

/** Gathers under what a run was made from its folder. */
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

/** The deciding settings of a configuration document; `undefined` when it has another form. */
export function settingsOf(config: unknown): Record<string, string> | undefined {
  const { data } = configSchema.safeParse(config)
  if (data === undefined) return undefined
  const entries = Object.entries(data.values)
    .filter(([key]) => deciding.test(key) && !notDeciding.has(key))
    .map(([key, { value }]) => [key, showValue(value)])
  return Object.fromEntries(entries)
}

function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'not set'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(showValue).join('; ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
