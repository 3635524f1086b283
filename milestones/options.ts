import { parseArgs } from 'node:util'

/** One option of a milestone's script. */
export type Option = {
  /** Name of the value in the help. Omitted for a switch. */
  value?: string
  summary: string
}

/**
 * Reads the options of a milestone's script. `--help` prints them and exits with 0. Invalid options exit with 2, before
 * anything starts.
 *
 * @example const given = readOptions('milestones/ms-05/test-streaming-load.ts', { users: { value: 'count', summary: '...' } })
 */
export function readOptions<Name extends string>(
  script: string,
  options: Record<Name, Option>,
): Partial<Record<Name, string | true>> {
  const names = Object.keys(options) as Name[]
  const config = Object.fromEntries(
    names.map((name) => [name, { type: options[name].value === undefined ? 'boolean' : 'string' } as const]),
  )
  try {
    const { values } = parseArgs({ options: { ...config, help: { type: 'boolean' } }, strict: true })
    if (values.help === true) {
      console.log(helpOf(script, options))
      process.exit(0)
    }
    return values as Partial<Record<Name, string | true>>
  } catch (error) {
    return refuse(script, error instanceof Error ? error.message : String(error))
  }
}

/** Prints what is wrong with the options and exits with 2. */
export function refuse(script: string, message: string): never {
  console.error(`${message}\n\nRun ${script} --help for the options.`)
  process.exit(2)
}

function helpOf(script: string, options: Record<string, Option>): string {
  const lines = Object.entries({ ...options, help: { summary: 'Print this help.' } }).map(
    ([name, { value, summary }]: [string, Option]) => {
      const flag = value === undefined ? `--${name}` : `--${name} <${value}>`
      return `  ${flag.padEnd(26)}${summary}`
    },
  )
  return `Usage: npx tsx ${script} [options]\n\n${lines.join('\n')}`
}
