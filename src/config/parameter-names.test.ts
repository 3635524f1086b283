import { describe, expect, it } from 'vitest'
import { configParameters, targetEnvironmentParameters } from './load-test-config.ts'
import { nameParameters } from './parameter-names.ts'
import { testbedParameters } from './parameters/chain.ts'
import {
  serveCommandParameters,
  testbedCommandParameters,
  testbedSurroundingsParameters,
} from './parameters/commands.ts'

const duplicates = (names: readonly string[]) => names.filter((name, index) => names.indexOf(name) !== index)

describe('the names of parameters', () => {
  const everything = [...configParameters, ...targetEnvironmentParameters]

  it('are each taken once', () => {
    expect(duplicates(configParameters.map(({ key }) => key))).toEqual([])
    expect(duplicates(configParameters.flatMap(({ flag }) => flag ?? []))).toEqual([])
    expect(duplicates(everything.flatMap(({ env }) => env))).toEqual([])
    const command = nameParameters({
      command: testbedCommandParameters,
      surroundings: testbedSurroundingsParameters,
      testbed: testbedParameters,
    })
    expect(duplicates(command.flatMap(({ flag }) => flag ?? []))).toEqual([])
    expect(duplicates(command.flatMap(({ env }) => env))).toEqual([])
    expect(duplicates(nameParameters({ command: serveCommandParameters }).flatMap(({ env }) => env))).toEqual(
      [],
    )
  })

  it('follow from one another', () => {
    const named = configParameters.find(({ path }) => path[1] === 'rampUpMs')
    expect(named).toMatchObject({ key: 'load.rampUp', flag: '--ramp-up', env: ['VANA_LOAD_RAMP_UP'] })
    expect(configParameters.find(({ path }) => path[1] === 'sweep')).toMatchObject({
      env: ['VANA_LOAD_SWEEP'],
    })
  })

  it('give no secret a flag', () => {
    for (const { parameter, flag } of configParameters) if (parameter.secret) expect(flag).toBeUndefined()
  })
})

describe('the default of every parameter', () => {
  it.each(
    configParameters
      .filter(({ parameter }) => parameter.default !== undefined)
      .map((named) => [named.key, named]),
  )('%s can be written and read back', (_key, { parameter: { kind, default: value } }) => {
    expect(kind.read(kind.show(value))).toEqual(value)
  })
})
