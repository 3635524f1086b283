import type { Summary } from '../summary-schema.ts'
import type { RunConditions } from './run-conditions.ts'

/** A reason not to put two runs beside each other, or to mind when doing so. */
export type Caveat = {
  /**
   * `other-test`: they were asked different things, so that a difference says nothing of what was tested; `unreliable`: the
   * figures of one say something else; `conditions`: what a difference may come from, wanted or not.
   */
  kind: 'other-test' | 'unreliable' | 'conditions'
  message: string
}

/** Settings of the load: with others it is another test. */
const loadSetting = /^(users|degrade|load\..+|flow\.(submission|grantees|dataSize|prompt))$/

/** Between two parties what is to be compared: `this run` and `the baseline`, or two ids. */
export type Names = { reference: string; other: string }

/**
 * What two runs don't have in common, the gravest first.
 *
 * @example compareConditions(before, after, { reference: 'a', other: 'b' }).map(({ message }) => message)
 */
export function compareConditions(reference: RunConditions, other: RunConditions, names: Names): Caveat[] {
  const caveats: Caveat[] = []
  const differ = (kind: Caveat['kind'], what: string, a: string | null, b: string | null): void => {
    if (a === b || a === null || b === null) return
    caveats.push({ kind, message: `${what}: ${a} in ${names.reference}, ${b} in ${names.other}.` })
  }
  differ('other-test', 'Target', reference.target, other.target)
  const parts = Object.keys(reference.dependencies) as (keyof RunConditions['dependencies'])[]
  for (const part of parts) {
    differ('other-test', `The ${part}`, reference.dependencies[part], other.dependencies[part])
  }
  differ('other-test', 'Part', reference.part ?? 'all of the load', other.part ?? 'all of the load')
  const settings = differingSettings(reference.settings, other.settings)
  for (const { key, a, b } of settings.filter(({ key }) => loadSetting.test(key))) {
    differ('other-test', key, a, b)
  }
  differ('conditions', 'Faults on purpose', list(reference.faults), list(other.faults))
  for (const { key, a, b } of settings.filter(({ key }) => !loadSetting.test(key))) {
    differ('conditions', key, a, b)
  }
  differ('conditions', 'Machine', reference.machine, other.machine)
  differ('conditions', 'Seed (other arrivals, wallets and data)', String(reference.seed), String(other.seed))
  const versions = differingSettings(reference.versions, other.versions)
  for (const { key, a, b } of versions) differ('conditions', `Version of ${key}`, a, b)
  return caveats
}

/** Why the figures of one run are not to be taken at their word. */
export function unreliability(summary: Summary, name: string): Caveat[] {
  const { run, problems, warnings, users } = summary
  const messages = [
    ...problems.map(({ code }) => `broke a promise of its own (${code})`),
    ...(run.stopped === null ? [] : [`was stopped before its end (${run.stopped.reason})`]),
    ...(warnings.length === 0 ? [] : [`has warnings (${warnings.map(({ code }) => code).join(', ')})`]),
    ...(users.degraded === 0 ? [] : [`has ${users.degraded} degraded flows`]),
  ]
  return messages.map((message) => ({ kind: 'unreliable', message: `${name} ${message}.` }))
}

function differingSettings(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): { key: string; a: string; b: string }[] {
  // What only one version of the program knows of can't be compared.
  return Object.keys(a).flatMap((key) => {
    const [one, two] = [a[key], b[key]]
    return one === undefined || two === undefined || one === two ? [] : [{ key, a: one, b: two }]
  })
}

const list = (words: readonly string[]): string => (words.length === 0 ? 'none' : words.toSorted().join(', '))
