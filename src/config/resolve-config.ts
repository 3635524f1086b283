import { type Environment, environmentLayer } from './environment-layer.ts'
import { type Flags, flagLayer } from './flag-layer.ts'
import { forecastGrantees } from './grantee-capacity.ts'
import { knownVariables } from './known-variables.ts'
import { configParameters, type LoadTestConfig } from './load-test-config.ts'
import { modelProblems } from './model-problems.ts'
import type { PresetName } from './presets.ts'
import { type Problem, throwProblems } from './problem.ts'
import type { ConfigFile } from './read-config-file.ts'
import { type Resolved, resolveParameters } from './resolve-parameters.ts'
import { layerOfPreset, resolvePreset } from './resolve-preset.ts'
import { settleArrivals } from './settle-arrivals.ts'
import { settleFunder } from './settle-funder.ts'
import { settleMoney } from './settle-money.ts'
import type { Source } from './source.ts'
import { storageProblems } from './storage-problems.ts'

/** What {@link resolveConfig} reads. */
export type ConfigSources = {
  /** By flag, such as `--users`; `--preset` among them. */
  flags?: Flags | undefined
  environment?: Environment | undefined
  file?: ConfigFile | undefined
  /** The preset when no source names one. @default smoke */
  defaultPreset?: PresetName | undefined
  /** Finds the problems of a threshold before a run starts. @default none */
  checkThreshold?: ((expression: string) => readonly ThresholdProblem[]) | undefined
  /** What is known to be wrong already, such as flags that the command does not have. */
  problems?: readonly Problem[] | undefined
}

/** Something wrong with a condition. */
type ThresholdProblem = { message: string; suggestion: string | null }

/** A configuration and how it came about. */
export type ResolvedConfig = {
  config: LoadTestConfig
  /** Where each value came from, by key. */
  sources: ReadonlyMap<string, Source>
  /** Each value by key. */
  values: ReadonlyMap<string, unknown>
  /** Notes for people about how values were settled. */
  notes: readonly string[]
}

/**
 * Makes one complete configuration of all sources: flags, then environment, then config file, then preset, then defaults.
 *
 * @throws LoadTestError CONFIG_INVALID that lists every problem at once
 * @example resolveConfig({ flags: { '--users': '100' }, environment }).config.users // 100
 */
export function resolveConfig(sources: ConfigSources): ResolvedConfig {
  const { flags = {}, environment = new Map(), file } = sources
  const fromEnvironment = environmentLayer(configParameters, environment, knownVariables())
  const preset = resolvePreset({
    flags,
    environment,
    inFile: file?.preset,
    otherwise: sources.defaultPreset ?? 'smoke',
  })
  const presetLayer = layerOfPreset(preset.name)
  const asked = [flagLayer(configParameters, flags), fromEnvironment.layer, file?.layer ?? new Map()]
  const { values, problems } = resolveParameters(configParameters, [...asked, presetLayer])
  problems.unshift(
    ...(sources.problems ?? []),
    ...preset.problems,
    ...fromEnvironment.problems,
    ...(file?.problems ?? []),
  )

  const notes: string[] = []
  settleArrivals(values, { presetLayer, problems, notes })
  settleMoney(values, problems, notes)
  noteFullGrantees(values, notes)
  settleFunder(values, problems, notes)
  problems.push(...findBadThresholds(values.get('thresholds'), sources.checkThreshold))
  problems.push(...storageProblems(values), ...modelProblems(values))
  throwProblems(problems)
  values.set('preset', { value: preset.name, source: preset.source })
  return {
    config: assemble(values),
    sources: new Map([...values].map(([key, { source }]) => [key, source])),
    values: new Map([...values].map(([key, { value }]) => [key, value])),
    notes,
  }
}

function findBadThresholds(
  thresholds: Resolved | undefined,
  check: ConfigSources['checkThreshold'] = () => [],
): Problem[] {
  const expressions = Array.isArray(thresholds?.value) ? thresholds.value.map(String) : []
  return expressions.flatMap((expression) =>
    check(expression).map(({ message, suggestion }) => ({
      key: 'thresholds',
      source: thresholds?.source,
      found: `'${expression}': ${message}`,
      suggestion: suggestion ?? undefined,
    })),
  )
}

/** What the grantees hold already is known at the start only; that the users alone are too many is known before. */
function noteFullGrantees(values: ReadonlyMap<string, Resolved>, notes: string[]): void {
  const [users, grantees] = ['users', 'flow.grantees'].map((key) => values.get(key)?.value)
  if (typeof users !== 'number' || typeof grantees !== 'number') return
  const forecast = forecastGrantees(users, grantees, 0)
  if (forecast !== undefined) notes.push(forecast)
}

/** Puts every value where the configuration has it. */
function assemble(values: ReadonlyMap<string, Resolved>): LoadTestConfig {
  const config: Record<string, unknown> = { preset: values.get('preset')?.value }
  for (const {
    key,
    path: [group, name],
  } of configParameters) {
    const value = values.get(key)?.value
    if (group === '') config[name] = value
    else config[group] = { ...(config[group] as object | undefined), [name]: value }
  }
  // The tables that name the parameters also make the type; every value passed its own schema.
  return config as LoadTestConfig
}
