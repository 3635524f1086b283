import { stringify } from 'yaml'
import { loadProfileOf } from '../config/load-profile.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { throwProblems } from '../config/problem.ts'
import { describeProfile } from '../load/describe-profile.ts'
import { formatDuration } from '../load/duration.ts'
import type { LoadProfile } from '../load/profile.ts'
import { parseThresholds } from '../results/parse-threshold.ts'
import { ensureOf } from './ensure.ts'
import { type Phase, phasesOf } from './phases.ts'

/**
 * Whether Artillery keeps the schedule, with each virtual user being one user (`users`), or the load profile does, with one
 * virtual user being a whole part of the load (`part`).
 */
export type Form = 'users' | 'part'

/** Instructions for the processor, in the script's variable `vanaLoad`. */
export type ScriptVariables = {
  form: Form
  /** Settings, as in a config file. Never secrets. */
  settings: Record<string, unknown>
  /** File for the path of the results, for the program that started Artillery. */
  outcomeFile?: string
}

/**
 * Writes the Artillery script of a run or one of its parts.
 *
 * @param settings from `describeConfig`, without secrets
 * @throws LoadTestError CONFIG_INVALID for a load that Artillery's phases cannot express
 */
export function renderScript(config: LoadTestConfig, variables: ScriptVariables): string {
  const { part } = config.load
  const profile = loadProfileOf(config)
  const { form } = variables
  const phases = form === 'users' ? phasesOf(profile, part) : [wholePart]
  if (phases === undefined) throwProblems([noPhases(config)])
  const ensure = ensureOf(parseThresholds(config.thresholds).thresholds)
  const script = {
    config: {
      target: 'http://vana-load.invalid',
      processor: './processor.cjs',
      includeFiles: ['./program', './target.json'].slice(
        0,
        variables.settings.target === 'target.json' ? 2 : 1,
      ),
      phases,
      plugins: ensure && { ensure },
      variables: { vanaLoad: variables },
    },
    before: { flow: [{ function: 'begin' }] },
    scenarios: [{ name: scenarioNames[form], flow: [{ function: functionNames[form] }] }],
    after: { flow: [{ function: 'end' }] },
  }
  const title = `${config.preset}: ${describeProfile(form === 'users' ? evenly(profile) : profile, part)}`
  const text = stringify(script, { lineWidth: 0, flowCollectionPadding: true })
  return `${comment(title)}${comment(words[form])}\n${text}`
}

const scenarioNames = { users: 'data portability', part: 'part of a load' } as const
const functionNames = { users: 'flow', part: 'part' } as const
const words = {
  users:
    'Every virtual user completes the whole workflow. Users of a phase arrive evenly spaced, and their number is exact. ' +
    'Written by `vana-load artillery write`; see docs/artillery.md.',
  part:
    'One virtual user runs this whole part of the load; vana-load keeps the schedule. ' +
    'Written by `vana-load artillery write`; see docs/artillery.md.',
} as const

/** Makes arrivals evenly spaced, as Artillery always does. */
function evenly(profile: LoadProfile): LoadProfile {
  const { arrival } = profile
  return arrival.kind === 'poisson' ? { ...profile, arrival: { ...arrival, kind: 'constant' } } : profile
}

const wholePart: Phase = { name: 'part', duration: 1, arrivalCount: 1 }

function noPhases({ load }: LoadTestConfig) {
  const time = load.durationMs === undefined ? '' : ` for ${formatDuration(load.durationMs)}`
  return {
    key: 'load.arrival',
    found: `${load.arrival}${time}: Artillery's phases support only rates; --form part runs any load`,
  }
}

/** Formats a comment, wrapped at 110 columns. */
function comment(text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > 108) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => `# ${line}\n`).join('')
}
