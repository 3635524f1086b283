import { choice, text, toggle, wholeNumber } from '../kinds/basic.ts'
import { listOf } from '../kinds/kind.ts'
import { share } from '../kinds/share.ts'
import { optional, type Parameter, parameter } from '../parameter.ts'
import { outputParameters } from './output.ts'

const { directory, json } = outputParameters

/** Where past runs are, for the commands that read them. */
export const pastRunParameters = {
  /** The results folder. */
  directory: {
    ...directory,
    summary: 'Folder that holds the results of runs.',
    oldFlags: [{ flag: '--results <folder>' }],
  } satisfies Parameter<string>,
  json,
}

/** What only `monitor` has. */
export const monitorCommandParameters = {
  latest: flag('--latest', 'Show the result of the latest run.'),
  /** A run by its name. */
  file: optional(text('a run'), {
    flag: '--file <run>',
    variable: false,
    summary: 'Show this run: its id, the start of its id, or the path of its folder or summary.json.',
  }),
  detailed: flag(
    '--detailed',
    'Show every step, every error class, RPC calls, gas, money and the load generator itself.',
  ),
  watch: flag('--watch', 'Follow a run in progress, second by second, until it ends.'),
  trends: flag('--trends', 'Show how runs of the same preset, users and target change over time.'),
  health: flag('--health', 'Assess the last runs. Exit code 4 if something is wrong.'),
  /** How many runs are looked at. */
  last: parameter(wholeNumber({ min: 1, max: 1_000_000 }), {
    default: 20,
    flag: '--last <count>',
    variable: false,
    summary: 'Number of past runs to look at.',
  }),
}

/** The forms of a report, by the names of their files in a run's folder. */
export const reportFormats = ['html', 'markdown', 'junit'] as const

/** What only `report` has. */
export const reportCommandParameters = {
  formats: parameter(listOf(choice(reportFormats), reportFormats.join(', ')), {
    default: [],
    flag: '--format <name>',
    variable: false,
    summary: `Format to render: ${reportFormats.join(', ')}. Repeatable. (default: all)`,
  }),
  stdout: flag(
    '--stdout',
    `Write one report to standard output instead of the run's folder: ${reportFormats[0]}, or the one that --format names.`,
  ),
}

/** What only `compare` has. */
export const compareCommandParameters = {
  /** A file for the comparison. */
  outputFile: optional(text('the path of a file'), {
    flag: '--output <file>',
    oldFlags: [{ flag: '--out <file>', when: /\.(html|md|json)$/i }],
    variable: false,
    summary: 'Also write the comparison to this file: .html, .md or .json.',
  }),
  /** Changes below this share do not matter. */
  smallestChange: parameter(share, {
    default: 0.05,
    flag: '--smallest <share>',
    variable: false,
    summary: 'Smallest change that matters.',
  }),
}

const tolerances = listOf(text('a metric and a share'), 'a metric and a share, such as flow.p95=20%')

/** What every `baseline` command has. */
export const baselineFileParameters = {
  /** The file of the baseline; a run names the same one. */
  file: parameter(text('the path of a file'), {
    default: 'vana-load.baseline.json',
    flag: '--file <file>',
    variable: 'BASELINE',
    summary: 'Baseline file.',
  }),
}

/** What only `baseline set` has. */
export const baselineSetParameters = {
  name: optional(text('any text'), {
    flag: '--name <text>',
    variable: false,
    summary: 'Name of the baseline, for people.',
  }),
  tolerances: parameter(tolerances, {
    default: [],
    flag: '--tolerance <metric=share>',
    variable: false,
    summary: 'How much worse a metric may get, such as flow.p95=20%. Repeatable.',
  }),
}

/** What only `baseline check` has. */
export const baselineCheckParameters = {
  tolerances: {
    ...baselineSetParameters.tolerances,
    summary: 'Tolerance to use instead of the one in the baseline. Repeatable.',
  } satisfies Parameter<string[]>,
}

/** What only `audit` has. */
export const auditCommandParameters = {
  /** The chain to ask instead of the run's own. */
  target: optional(text('moksha, env, or the path of a target document'), {
    flag: '--target <name|file>',
    variable: false,
    summary: 'Target of the run: moksha, env or a file. (default: the chain that the run recorded)',
  }),
  sample: optional(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
    flag: '--sample <count>',
    variable: false,
    summary: 'Look up the transactions of this many flows, chosen at random. (default: all)',
  }),
}

/** What only `merge` has. */
export const mergeCommandParameters = {
  directory: {
    ...directory,
    summary: 'Results folder: the merged run gets a folder of its own there.',
  } satisfies Parameter<string>,
  /** Where the parts are, if elsewhere. */
  partsDirectory: optional(text('a folder'), {
    flag: '--from <folder>',
    oldFlags: [{ flag: '--results <folder>' }],
    variable: false,
    summary: 'Folder in which to look for the parts. (default: that of --out)',
  }),
  incomplete: flag('--incomplete', 'Merge even if parts are missing.'),
  json,
}

/** Describes a switch that belongs to one invocation. */
function flag(name: string, summary: string): Parameter<boolean> {
  return parameter(toggle, { default: false, flag: name, variable: false, summary })
}
