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
 * Who says when users come: Artillery, each of its virtual users being one user, or the load profile, one virtual user
 * being a whole part of the load.
 */
export type Form = 'users' | 'part'

/** What a script tells the processor, as the variable `vanaLoad`. */
export type ScriptVariables = {
  form: Form
  /** What was asked for, as in a config file; never a secret. */
  settings: Record<string, unknown>
  /** File that gets the path of the results; for the program that started Artillery. */
  outcomeFile?: string
}

/**
 * Writes the Artillery script of a run, or of one part of it.
 *
 * @param settings what was asked for, as `describeConfig` has it; it has no secrets
 * @throws LoadTestError CONFIG_INVALID for a load that Artillery has no phases for
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
      ...(ensure ? { plugins: { ensure } } : {}),
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
    'Every virtual user goes the whole workflow. All users of a phase come evenly spaced, and are counted to the last one. ' +
    'Written by `vana-load artillery write`; see docs/artillery.md.',
  part:
    'One virtual user is this whole part of the load; vana-load itself keeps the schedule. ' +
    'Written by `vana-load artillery write`; see docs/artillery.md.',
} as const

/** Artillery spaces users evenly, whatever process was asked for. */
function evenly(profile: LoadProfile): LoadProfile {
  const { arrival } = profile
  return arrival.kind === 'poisson' ? { ...profile, arrival: { ...arrival, kind: 'constant' } } : profile
}

const wholePart: Phase = { name: 'part', duration: 1, arrivalCount: 1 }

function noPhases({ load }: LoadTestConfig) {
  const time = load.durationMs === undefined ? '' : ` for ${formatDuration(load.durationMs)}`
  return {
    key: 'load.arrival',
    found: `${load.arrival}${time}: Artillery's phases know rates only; --form part runs any load`,
  }
}

/** A comment, broken at 110 columns. */
function comment(text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > 108) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => `# ${line}\n`).join('')
}
