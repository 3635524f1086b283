import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addParameterOptions } from '../scripts/cli/parameter-options.ts'
import { readTypedFlags } from '../scripts/cli/typed-flags.ts'
import { flagsOf } from './flags-of.ts'
import { nameParameters } from './parameter-names.ts'
import { testbedParameters } from './parameters/chain.ts'
import { resolveConfig } from './resolve-config.ts'
import { resolveGroups } from './resolve-groups.ts'

it('writes flags that a command of another process reads as the same values', async () => {
  const { config } = resolveConfig({
    flags: {
      '--fault': ['rpc:send-error=10%', 'api-server:restart=1s/1m', 'storage:502=2%'],
      '--inference': 'spread=1,failures=2%',
      '--server-rate-limits': 'operations=5',
      '--block-time': '6s',
    },
  })
  const groups = { testbed: testbedParameters }
  const parameters = nameParameters(groups)
  const command = new Command()
  addParameterOptions(command, parameters, {})
  await command
    .action(() => undefined)
    .parseAsync(flagsOf(testbedParameters, config.testbed), { from: 'user' })
  const { flags, problems } = readTypedFlags(command, parameters, process)
  const { testbed } = resolveGroups(groups, { flags, problems, environment: new Map() }).values
  expect(testbed).toEqual(config.testbed)
})
