import type { Summary } from '../summary-schema.ts'
import type { RunConditions } from './run-conditions.ts'

/** A reason why two runs cannot be compared, or something to keep in mind when comparing them. */
export type Caveat = {
  /**
   * `other-test`: the runs were configured differently, so a difference does not show a change of the target; `unreliable`: the
   * figures of one run are unreliable; `conditions`: a possible cause of a difference, intended or not.
   */
  kind: 'other-test' | 'unreliable' | 'conditions'
  message: string
}

/** Settings that define the test: runs that differ in one of them are different tests. */
const loadSetting = /^(users|degrade|load\..+|flow\.(submission|grantees|dataSize|prompt))$/

/** Names of the two sides in messages: `this run` and `the baseline`, or two ids. */
export type Names = { reference: string; other: string }

/**
 * Lists how the conditions of two runs differ, the most serious difference first.
 *
 * @example compareConditions(before, after, { reference: 'a', other: 'b' }).map(({ message }) => message)
 */
export function compareConditions(reference: RunConditions, other: RunConditions, names: Names): Caveat[] {
  const caveats: Caveat[] = []
  const differ = (kind: Caveat['kind'], what: string, [a, b]: readonly (string | null)[]): void => {
    if (a === b || a == null || b == null) return
    caveats.push({ kind, message: `${what}: ${a} in ${names.reference}, ${b} in ${names.other}.` })
  }
  differ('other-test', 'Target', [reference.target, other.target])
  const parts = Object.keys(reference.dependencies) as (keyof RunConditions['dependencies'])[]
  for (const part of parts) {
    differ('other-test', `The ${part}`, [reference.dependencies[part], other.dependencies[part]])
  }
  differ('other-test', 'Part', [reference.part ?? 'all of the load', other.part ?? 'all of the load'])
  const settings = differingSettings(reference.settings, other.settings)
  for (const { key, a, b } of settings.filter(({ key }) => loadSetting.test(key))) {
    differ('other-test', key, [a, b])
  }
  differ('conditions', 'Injected faults', [list(reference.faults), list(other.faults)])
  for (const { key, a, b } of settings.filter(({ key }) => !loadSetting.test(key))) {
    differ('conditions', key, [a, b])
  }
  differ('conditions', 'Machine', [reference.machine, other.machine])
  differ('conditions', 'Seed (different arrivals, wallets and data)', [
    String(reference.seed),
    String(other.seed),
  ])
  const versions = differingSettings(reference.versions, other.versions)
  for (const { key, a, b } of versions) differ('conditions', `Version of ${key}`, [a, b])
  return caveats
}

/** Lists what makes the figures of a run unreliable. */
export function unreliability(summary: Summary, name: string): Caveat[] {
  const { run, problems, warnings, users } = summary
  const messages = [
    ...problems.map(({ code }) => `reported a problem of its own (${code})`),
    ...(run.stopped === null ? [] : [`was stopped early (${run.stopped.reason})`]),
    ...(warnings.length === 0 ? [] : [`has warnings (${warnings.map(({ code }) => code).join(', ')})`]),
    ...(users.degraded === 0 ? [] : [`has ${users.degraded} degraded flows`]),
  ]
  return messages.map((message) => ({ kind: 'unreliable', message: `${name} ${message}.` }))
}

function differingSettings(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): { key: string; a: string; b: string }[] {
  // A setting that only one version of the program knows cannot be compared.
  return Object.keys(a).flatMap((key) => {
    const [one, two] = [a[key], b[key]]
    return one === undefined || two === undefined || one === two ? [] : [{ key, a: one, b: two }]
  })
}

const list = (words: readonly string[]): string => (words.length === 0 ? 'none' : words.toSorted().join(', '))
