import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { type NamedParameter, nameParameters } from '../../config/parameter-names.ts'
import { testbedBehaviorParameters } from '../../config/parameters/commands.ts'
import {
  compareCommandParameters,
  mergeCommandParameters,
  pastRunParameters,
} from '../../config/parameters/past-runs.ts'
import { addParameterOptions } from './parameter-options.ts'
import { readTypedFlags } from './typed-flags.ts'

const past = nameParameters({ own: compareCommandParameters, runs: pastRunParameters })

async function read(parameters: readonly NamedParameter[], args: readonly string[], operands?: string) {
  const command = new Command('compare')
  if (operands !== undefined) command.argument(operands)
  addParameterOptions(command, parameters, {})
  await command.action(() => undefined).parseAsync(args, { from: 'user' })
  const stderr = new PassThrough()
  const typed = readTypedFlags(command, parameters, { stderr })
  return { ...typed, notices: String(stderr.read() ?? '') }
}

describe('an old flag', () => {
  it('gives its value to the new one, and prints a notice', async () => {
    expect(await read(past, ['--results', 'elsewhere'])).toEqual({
      flags: { '--out': 'elsewhere' },
      problems: [],
      notices: 'notice: --results is now --out. The old name still works.\n',
    })
    const merge = nameParameters({ own: mergeCommandParameters })
    const { flags } = await read(merge, ['--results', 'parts', '--out', 'whole'])
    expect(flags).toEqual({ '--from': 'parts', '--out': 'whole' })
  })

  it('counts as old only with a value of its old meaning', async () => {
    expect(await read(past, ['--out', 'comparison.html'])).toEqual({
      flags: { '--output': 'comparison.html' },
      problems: [],
      notices: 'notice: --out is now --output. The old name still works.\n',
    })
    expect(await read(past, ['--out', 'elsewhere'])).toEqual({
      flags: { '--out': 'elsewhere' },
      problems: [],
      notices: '',
    })
  })

  it('is a problem next to the new one', async () => {
    const { problems } = await read(past, ['--results', 'a', '--out', 'b'])
    expect(problems).toEqual([{ key: '--results', found: 'means the same as --out; use only --out' }])
  })

  it('of another command leads to the one that this command has', async () => {
    const { problems } = await read(nameParameters({ runs: pastRunParameters }), ['--output', 'a'])
    expect(problems).toMatchObject([{ key: '--output', suggestion: '--out' }])
  })

  it('is not in the help, and never suggested', async () => {
    const command = new Command()
    addParameterOptions(command, past, {})
    expect(command.helpInformation()).not.toContain('--results')
    const { problems } = await read(past, ['--reslts', 'a'])
    expect(problems).toEqual([{ key: '--reslts', found: 'unknown flag' }])
  })
})

describe('a short flag', () => {
  it('gives its value to the long one without a notice', async () => {
    const testbed = nameParameters({ testbed: testbedBehaviorParameters })
    expect(await read(testbed, ['--profile', 'head-2025-10-17'])).toEqual({
      flags: { '--server-profile': 'head-2025-10-17' },
      problems: [],
      notices: '',
    })
  })
})

describe('arguments', () => {
  it.each([
    [undefined, ['run-1'], ["unexpected argument 'run-1'"]],
    ['[run]', ['run-1'], []],
    ['[run]', ['run-1', 'run-2'], ["unexpected argument 'run-2'"]],
    ['[runs...]', ['run-1', 'run-2', '--smalest', '5%'], ['unknown flag']],
  ])('beyond those of the command are problems: %s %j', async (operands, args, found) => {
    const { problems } = await read(past, args, operands)
    expect(problems.map((problem) => problem.found)).toEqual(found)
  })
})
