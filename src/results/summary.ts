import type { Dependencies } from './environment.ts'
import { evaluateThresholds } from './evaluate-thresholds.ts'
import { exitCodeOf } from './exit-code.ts'
import type { FinalCheck } from './final-check-schema.ts'
import { generatorWarnings } from './generator-warnings.ts'
import type { Measurements } from './measurements-schema.ts'
import { type Money, mismatchOf, noMoney } from './money-balance.ts'
import { sumOutcomes } from './outcome-counts.ts'
import type { Threshold } from './parse-threshold.ts'
import type { RunIdentity } from './snapshot-schema.ts'
import { type Stop, type Summary, summarySchemaVersion, type Warning } from './summary-schema.ts'

/** Contents of a summary. */
export type SummaryParts = {
  /** Version of this program. */
  version: string
  run: RunIdentity
  endedAt: Date
  durationMs: number
  /** Measurements of the recorder. */
  measurements: Measurements
  dependencies: Dependencies
  /** Faults injected into the target. @default none */
  faults?: readonly string[]
  /** @default unknown */
  money?: Money
  /** @default none */
  thresholds?: readonly Threshold[]
  /** @default `null`: the load profile was completed */
  stopped?: Stop | null
  /** @default `null`: the whole load */
  part?: { index: number; count: number } | null
  /** Result of the final check of the chain. @default `null`: there was none */
  finalCheck?: FinalCheck | null
  /** Warnings in addition to those from the measurements. @default none */
  warnings?: readonly Warning[]
  /** Problems found elsewhere. @default none */
  problems?: readonly { code: string; message: string }[]
}

/**
 * Makes the summary of a run: its measurements, the verdict of every threshold, problems and the exit code.
 *
 * Checks two guarantees: every planned user has exactly one outcome, and funded = spent + swept + left.
 *
 * @example buildSummary({ version, run, endedAt: new Date(), durationMs, measurements: recorder.measurements(), dependencies })
 */
export function buildSummary(parts: SummaryParts): Summary {
  const { measurements, money = noMoney, stopped = null, part = null } = parts
  const problems = [...(parts.problems ?? []), ...brokenPromises(measurements, money)]
  const thresholds = evaluateThresholds(parts.thresholds ?? [], { ...measurements, money })
  return {
    schemaVersion: summarySchemaVersion,
    tool: { name: 'vana-load', version: parts.version },
    run: { ...parts.run, endedAt: parts.endedAt.toISOString(), durationMs: parts.durationMs, stopped, part },
    dependencies: parts.dependencies,
    faults: [...(parts.faults ?? [])],
    ...measurements,
    money,
    finalCheck: parts.finalCheck ?? null,
    thresholds,
    baseline: null,
    problems,
    // If no user started, there are no figures to warn about.
    warnings: [
      ...(measurements.users.started === 0 ? [] : generatorWarnings(measurements)),
      ...(parts.warnings ?? []),
    ],
    exitCode: exitCodeOf({ stopped, problems, thresholds }),
  }
}

function brokenPromises({ users }: Measurements, money: Money): { code: string; message: string }[] {
  const problems: { code: string; message: string }[] = []
  const ended = sumOutcomes(users)
  if (ended !== users.planned) {
    problems.push({
      code: 'INTERNAL',
      message: `${users.planned} users were planned, but ${ended} ended; every user must end in exactly one way.`,
    })
  }
  problems.push(...mismatchOf(money))
  return problems
}
