import type { NamedParameter } from '../config/parameter-names.ts'
import { artilleryRunParameters, artilleryWriteParameters } from '../config/parameters/artillery.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addConfigOptions } from './cli/config-options.ts'

/** The commands `artillery write` and `artillery run`: a load test through Artillery. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Writes a load test as a bundle that Artillery runs on any machine, or runs it with the Artillery that is installed\n' +
        'here. See docs/artillery.md.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load artillery write --preset conservative --target moksha --output bundle\n' +
        '  $ vana-load artillery write --preset burst --form part --parts 10 --target moksha --output bundle\n' +
        '  $ vana-load artillery run --users 60 --rate 2\n',
    )
  defineWrite(command.command('write').summary('write a bundle for Artillery'), io, run)
  defineRun(command.command('run').summary('run a load test with the installed Artillery'), io, run)
  // The processor starts this one; people do not.
  command.command('agent', { hidden: true }).action(() =>
    run(async () => {
      const { runAgent } = await import('./artillery/agent.ts')
      return runAgent(io)
    }),
  )
}

const defineWrite: CommandModule['define'] = (command, io, run) => {
  const read = addConfigOptions(command, io, {
    defaultPreset: 'smoke',
    own: artilleryWriteParameters,
    isOffered: (named) => isOffered(named) && named.path[0] !== 'output',
  })
  command
    .description(
      'Writes a folder that Artillery runs anywhere: script, processor, and the program with its dependencies, so that the\n' +
        'machines need no installation. It contains no secrets; they come from the environment of each machine.',
    )
    .action(() =>
      run(async () => {
        const options = await read()
        const { writeCommand } = await import('./artillery/write.ts')
        return writeCommand(options, io)
      }),
    )
}

const defineRun: CommandModule['define'] = (command, io, run) => {
  const read = addConfigOptions(command, io, {
    defaultPreset: 'smoke',
    own: artilleryRunParameters,
    isOffered,
  })
  command
    .description(
      'Runs a load test with the Artillery that is installed here, with its telemetry off. Results and exit codes are those\n' +
        "of `vana-load run`; Artillery's own report is added as artillery.json.",
    )
    .action(() =>
      run(async () => {
        const options = await read()
        const { runCommand } = await import('./artillery/run.ts')
        return runCommand(options, io)
      }),
    )
}

/** A capacity search is many runs, which Artillery cannot do. The live page and the baseline belong to `run`. */
const isOffered = ({ path: [group], key }: NamedParameter): boolean =>
  group !== 'capacity' && !/^(baseline|output\.dashboard\w*)$/.test(key)
