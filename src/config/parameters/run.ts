import { choice, text, toggle, wholeNumber } from '../kinds/basic.ts'
import { type Kind, listOf } from '../kinds/kind.ts'
import { optional, parameter, settled } from '../parameter.ts'

const conditions = listOf(
  text('a condition'),
  "conditions such as 'success >= 99%' or 'flow.p95 < 45s', or none",
)
/** An empty list can't be said in text otherwise. */
const thresholds: Kind<string[]> = {
  ...conditions,
  read(raw) {
    const values = conditions.read(raw)
    return values?.length === 1 && values[0] === 'none' ? [] : values
  },
  show: (values) => (values.length === 0 ? 'none' : conditions.show(values)),
}
const degradations = listOf(choice(['mock-inference']), 'mock-inference')

/** What is run, and what makes it pass; these stand at the top of the configuration. */
export const runParameters = {
  /** `local`, `moksha`, `env` or the path of a target document. */
  target: parameter(text('local, moksha, env, or the path of a target document'), {
    default: 'local',
    flag: '--target <name|file>',
    summary:
      'The environment under test: local (embedded testbed), moksha, env (all from the environment), or a file.',
  }),
  /** Fixes arrivals, wallets and payloads. */
  seed: parameter(text('any text or number'), {
    default: '1',
    flag: '--seed <seed>',
    summary: 'Same seed and same load: same arrivals, same wallets, same data.',
  }),
  /** Number of users of the whole run, over all of its parts. */
  users: settled(wholeNumber({ min: 1, max: 10_000_000 }), {
    settledFrom: 'rate x time',
    flag: '--users <count>',
    summary: 'How many users come in all.',
  }),
  /** Conditions on the run's metrics; one that does not hold makes the exit code 4. */
  thresholds: parameter(thresholds, {
    default: [],
    flag: '--threshold <condition>',
    summary:
      'A condition the run has to meet; give it several times for several. Replaces those of the preset.',
  }),
  /** What the run has to be as good as; a run that is worse makes the exit code 4. */
  baseline: optional(text('the path of a baseline file'), {
    flag: '--baseline <file>',
    summary:
      'A file of `vana-load baseline set`; a run that is worse beyond tolerance and noise exits with 4.',
  }),
  /** What may be replaced by a stand-in when the real part fails; such flows never count as succeeded. */
  degrade: parameter(degradations, {
    default: [],
    flag: '--degrade <part>',
    summary:
      'Lets flows go on without a part that fails; they are marked degraded and never count as succeeded.',
  }),
  /** Stop at the first flow that does not succeed. */
  failFast: parameter(toggle, {
    default: false,
    flag: '--fail-fast',
    summary: 'Stop at the first flow that does not succeed.',
  }),
  /** Show what would be done, and do nothing. */
  dryRun: parameter(toggle, {
    default: false,
    flag: '--dry-run',
    summary: 'Resolve and show the configuration and the plan, then stop: nothing is started, sent or paid.',
  }),
  /** A label of one's own, kept with the results. */
  label: optional(text('any text'), {
    flag: '--label <text>',
    summary: 'A label kept with the results, to tell runs apart.',
  }),
}
