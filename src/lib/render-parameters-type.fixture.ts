import { configParameters } from '../config/load-test-config.ts'
import type { NamedParameter } from '../config/parameter-names.ts'
import { presetNames } from '../config/presets.ts'
import { isCommandOnly } from './command-only.ts'

/** Groups of parameters that the library takes, each with the name of its type and what the type describes. */
const groups = {
  load: [
    'LoadParameters',
    'How users arrive. Users, rate and time belong together: give two, and the third follows.',
  ],
  breaker: ['BreakerParameters', 'What happens when the target fails.'],
  flow: ['FlowParameters', 'What every user does.'],
  retry: ['RetryParameters', 'Retries of idempotent steps.'],
  chain: ['ChainParameters', 'How the chain is used.'],
  testbed: ['TestbedParameters', "The embedded stack that is started for the target `'local'`."],
  wallets: ['WalletParameters', 'The wallets of the users.'],
  limits: ['LimitParameters', 'Limits on what a run may spend.'],
  output: ['OutputParameters', 'Where results are written.'],
} as const

const schedule = `/** A stage of a load: from one rate to another over a time, or one rate for a time. A bare number is minutes or per second. */
export type StageParameters =
  | { from: string | number; to: string | number; over: string | number }
  | { rate: string | number; for: string | number }

/** More users for a while, from a time after the start. A bare number is minutes or per second. */
export type SpikeParameters = { rate: string | number; for: string | number; at: string | number }`

/** Writes the types of the parameters that the library takes, from the table that flags and config files come from. */
export function renderParametersType(): string {
  const parameters = configParameters.filter((named) => !isCommandOnly(named))
  const membersOf = (group: string): string =>
    parameters
      .filter(({ path }) => path[0] === group)
      .map(member)
      .join('\n')
  return `/* Written by \`npx vitest run src/lib -u\` from the tables in src/config/parameters. */
import type { Target } from '../config/target.ts'

/**
 * The parameters of a load test, with the keys and values of a config file; docs/configuration.md describes each. The keys of
 * \`load\` may stand at the top as well.
 *
 * Durations are texts such as \`'90s'\` or \`'15m'\`, rates texts such as \`'5/s'\`, and amounts texts such as \`'0.1 VANA'\` or
 * \`'5gwei'\`; a bare number has the unit that the field states.
 *
 * @example const parameters: LoadTestParameters = { users: 500, rate: '5/s', thresholds: ['success >= 99%'] }
 */
export interface LoadTestParameters extends LoadParameters {
  /** Settings to start from; what is given here goes before them. @default 'smoke' */
  preset?: ${presetNames.map((name) => `'${name}'`).join(' | ')} | undefined
${membersOf('')}
${Object.entries(groups)
  .map(([group, [name, summary]]) => `  /** ${summary} */\n  ${group}?: ${name} | undefined`)
  .join('\n')}
}

${Object.entries(groups)
  .map(([group, [name, summary]]) => `/** ${summary} */\nexport interface ${name} {\n${membersOf(group)}\n}`)
  .join('\n\n')}

${schedule}
`
}

function member(named: NamedParameter): string {
  const { key, parameter } = named
  const name = key.split('.').at(-1)
  const { summary, kind, settledFrom } = parameter
  const isList = Array.isArray(parameter.default)
  const fallback =
    parameter.default === undefined
      ? settledFrom && `it follows from ${settledFrom}`
      : isList
        ? JSON.stringify(parameter.default)
        : quoted(kind.show(parameter.default))
  const isPlain =
    choices.test(kind.allowed) ||
    /^(any text.*|a folder|a path|the path of .*|true or false.*)$/.test(kind.allowed)
  const allowed = isPlain ? '' : ` Allowed: ${kind.allowed.replaceAll('*/', '* /')}.`
  const lines = [`   * ${summary}${allowed}`, ...(fallback ? ['   *', `   * @default ${fallback}`] : [])]
  return `  /**\n${lines.join('\n')}\n   */\n  ${name}?: ${typeOf(named)} | undefined`
}

const quoted = (text: string): string => (/^[\d.]+$|^(true|false)$/.test(text) ? text : `'${text}'`)

/** What the kind of a choice allows: its words. */
const choices = /^[\w-]+(, [\w-]+)+$/

/** The type of what may be given, from what the kind says is allowed and what it reads. */
function typeOf({ key, parameter: { kind } }: NamedParameter): string {
  const { allowed } = kind
  if (key === 'target') return `'local' | 'moksha' | 'env' | (string & {}) | Target`
  if (allowed.startsWith('true or false')) return 'boolean'
  if (/^a (whole )?number/.test(allowed)) return 'number'
  if (['thresholds', 'degrade', 'testbed.faults'].includes(key)) return 'readonly string[]'
  if (choices.test(allowed))
    return allowed
      .split(', ')
      .map((choice) => `'${choice}'`)
      .join(' | ')
  if (/^(a duration|a rate|an amount|any text or number)/.test(allowed)) return 'string | number'
  if (key === 'load.stages') return 'string | readonly StageParameters[]'
  if (key === 'load.spikes') return 'string | readonly SpikeParameters[]'
  return 'string'
}
