import { choice, text, toggle, wholeNumber } from '../kinds/basic.ts'
import { type Kind, listOf } from '../kinds/kind.ts'
import { optional, parameter, settled } from '../parameter.ts'

const conditions = listOf(
  text('a condition'),
  "conditions such as 'success >= 99%' or 'flow.p95 < 45s', or none",
)
/** The word `none` gives an empty list, which text cannot express otherwise. */
const thresholds: Kind<string[]> = {
  ...conditions,
  read(raw) {
    const values = conditions.read(raw)
    return values?.length === 1 && values[0] === 'none' ? [] : values
  },
  show: (values) => (values.length === 0 ? 'none' : conditions.show(values)),
}
const degradations = listOf(choice(['mock-inference']), 'mock-inference')

/** The run and its conditions; these stand at the top of the configuration. */
export const runParameters = {
  /** `local`, `moksha`, `env` or the path of a target document. */
  target: parameter(text('local, moksha, env, or the path of a target document'), {
    default: 'local',
    flag: '--target <name|file>',
    summary:
      'Environment under test: local (the embedded testbed), moksha, env (everything from the environment), or a file.',
  }),
  /** Seed of arrivals, wallets and payloads. */
  seed: parameter(text('any text or number'), {
    default: '1',
    flag: '--seed <seed>',
    summary: 'Seed of the run. The same seed and load give the same arrivals, wallets and data.',
  }),
  /** Number of users of the whole run, over all its parts. */
  users: settled(wholeNumber({ min: 1, max: 10_000_000 }), {
    settledFrom: 'rate x time',
    flag: '--users <count>',
    summary: 'Number of users.',
  }),
  /** Conditions on the run's metrics; exit code 4 if one fails. */
  thresholds: parameter(thresholds, {
    default: [],
    flag: '--threshold <condition>',
    summary:
      'Condition on a metric of the run; exit code 4 if it fails. Repeatable. Replaces the thresholds of the preset.',
  }),
  /** The performance baseline to check against; exit code 4 if a metric regresses. */
  baseline: optional(text('the path of a baseline file'), {
    flag: '--baseline <file>',
    summary:
      'Baseline from `vana-load baseline set` to check against; exit code 4 if a metric regresses beyond tolerance and noise.',
  }),
  /** Parts that a stand-in may replace when they fail; such flows never count as succeeded. */
  degrade: parameter(degradations, {
    default: [],
    flag: '--degrade <part>',
    summary:
      'Let flows continue without a part that fails. They are marked degraded and never count as succeeded.',
  }),
  /** Stop at the first flow that does not succeed. */
  failFast: parameter(toggle, {
    default: false,
    flag: '--fail-fast',
    summary: 'Stop at the first flow that does not succeed.',
  }),
  /** Show the plan and stop. */
  dryRun: parameter(toggle, {
    default: false,
    flag: '--dry-run',
    summary: 'Show the resolved configuration and the plan, then stop. Nothing is started, sent or paid.',
  }),
  /** A label kept with the results. */
  label: optional(text('any text'), {
    flag: '--label <text>',
    summary: 'Label kept with the results.',
  }),
}
