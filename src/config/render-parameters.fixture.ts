import { toggle } from './kinds/basic.ts'
import { commandParameters } from './known-variables.ts'
import { type configGroups, configParameters, targetEnvironmentParameters } from './load-test-config.ts'
import type { NamedParameter } from './parameter-names.ts'
import { presetNames, presets } from './presets.ts'

/** Headings of the groups of parameters in the manual. */
const headings: Record<keyof typeof configGroups, string> = {
  '': 'What is run',
  load: 'How users come',
  capacity: 'Finding the capacity (`--find-capacity`)',
  breaker: 'When the target fails',
  flow: 'What every user does',
  retry: 'Retries of idempotent steps',
  chain: 'The chain',
  testbed: 'The embedded testbed',
  wallets: 'Wallets',
  limits: 'Limits',
  output: 'Output',
  secrets: 'Secrets',
}

/** Writes the reference part of the manual. */
export function renderReference(): string {
  const groups = Object.entries(headings).map(([group, heading]) => {
    const parameters = configParameters.filter(({ path }) => path[0] === group)
    return `### ${heading}\n\n${group === 'secrets' ? secretTable(parameters) : parameterTable(parameters)}`
  })
  return [
    ...groups,
    `### The target, from the environment\n\n${secretTable(targetEnvironmentParameters)}`,
    ...commandParameters.map(({ command, parameters }) => {
      const own = parameters.filter(({ parameter }) => !parameter.secret)
      return `### Only for \`${command}\`\n\n${flagTable(own)}`
    }),
    `### Values of the presets\n\n${presetTable()}`,
  ].join('\n\n')
}

/** Writes `.env.example`. */
export function renderEnvExample(): string {
  const secrets = [...configParameters, ...commandParameters.flatMap(({ parameters }) => parameters)].filter(
    ({ parameter }) => parameter.secret,
  )
  const rest = configParameters.filter(({ parameter }) => !parameter.secret)
  const written = new Map<string, readonly string[]>()
  // A variable that several commands read is written where it comes first.
  const entries = (parameters: readonly NamedParameter[]): string[] =>
    parameters.flatMap((named) => {
      const [name, ...also] = named.env
      if (name === undefined) return []
      const before = written.get(name)
      written.set(name, [...(before ?? []), ...also])
      if (before === undefined) return [`\n${envEntry(named)}`]
      const more = also.filter((other) => !before.includes(other))
      return more.length === 0 ? [] : [`\n# Also read for ${name}: ${more.join(', ')}.`]
    })
  return `${[
    '# Copy this file to .env and fill in what you need; everything is optional for `vana-load run` on the embedded stack.',
    '# The process environment goes before this file, and flags before both. See docs/configuration.md.',
    '#',
    '# A `#` begins a comment at the start of a line and after a space: pa#ss is whole. Put quotes around a value with spaces at',
    "# its ends, or with ` #` in it: 'in single quotes, everything is taken as it is'.",
    '',
    '# ---- Secrets. Each may also be given as a file: VANA_LOAD_MNEMONIC_FILE=/run/secrets/mnemonic, and so on.',
    ...entries(secrets),
    '',
    '# ---- The target: needed for `--target moksha` (bucket and grantee at least) and `--target env`.',
    ...entries(targetEnvironmentParameters),
    '',
    '# ---- Any flag may be set here as well.',
    '',
    '# Settings to start from.',
    '#VANA_LOAD_PRESET=smoke',
    ...entries(rest),
    ...commandParameters.flatMap(({ command, parameters }) => {
      const own = entries(parameters.filter(({ parameter }) => !parameter.secret))
      return own.length === 0 ? [] : ['', `# ---- Only for \`${command}\`.`, ...own]
    }),
    '',
    '# ---- From the process environment only, as other programs read them: NO_COLOR, FORCE_COLOR, and DEBUG for the stack of',
    '# an error. A line here would not change them.',
  ].join('\n')}\n`
}

function envEntry({
  env: [name, ...others],
  parameter: { summary, default: value, kind },
}: NamedParameter): string {
  const also = others.length > 0 ? [`# Also read: ${others.join(', ')}.`] : []
  const example = value === undefined || (Array.isArray(value) && value.length === 0) ? '' : kind.show(value)
  return [`# ${summary}`, ...also, `#${name}=${example}`].join('\n')
}

function parameterTable(parameters: readonly NamedParameter[]): string {
  return table(
    ['Key', 'Flag', 'Environment', 'Default', 'What it is'],
    parameters.map(({ key, flag, env, parameter }) => [
      code(key),
      flag ? code(parameter.flag ?? flag) : '',
      env.map(code).join(', '),
      defaultOf(parameter),
      `${parameter.summary} Allowed: ${parameter.kind.allowed}.`,
    ]),
  )
}

/** The parameters of one command; they have no key in a config file. */
function flagTable(parameters: readonly NamedParameter[]): string {
  return table(
    ['Flag', 'Environment', 'Default', 'What it is'],
    parameters.map(({ env, parameter }) => [
      code(parameter.flag ?? ''),
      env.map(code).join(', '),
      defaultOf(parameter),
      // A switch without a variable takes no value.
      parameter.kind === toggle && env.length === 0
        ? parameter.summary
        : `${parameter.summary} Allowed: ${parameter.kind.allowed}.`,
    ]),
  )
}

function secretTable(parameters: readonly NamedParameter[]): string {
  return table(
    ['Environment', 'What it is'],
    parameters.map(({ env, parameter }) => [
      env.map(code).join(', '),
      `${parameter.summary} Allowed: ${parameter.kind.allowed}.`,
    ]),
  )
}

function presetTable(): string {
  const keys = [...new Set(presetNames.flatMap((name) => Object.keys(presets[name].values)))]
  return table(
    ['Key', ...presetNames],
    keys.map((key) => [
      code(key),
      ...presetNames.map((name) => {
        const value = (presets[name].values as Record<string, unknown>)[key]
        return value === undefined ? '' : code(Array.isArray(value) ? value.join('; ') : String(value))
      }),
    ]),
  )
}

function defaultOf({ default: value, kind, settledFrom }: NamedParameter['parameter']): string {
  if (settledFrom) return settledFrom
  if (value === undefined) return ''
  return Array.isArray(value) && value.length === 0 ? 'none' : code(kind.show(value))
}

/** Writes a table as the formatter of this project wants it: with columns of even width. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first = [], ...rest] = cells
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n')
}

const code = (text: string): string => `\`${text}\``
