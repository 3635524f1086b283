import { type Command, Option } from 'commander'
import { forms } from '../artillery/script.ts'
import type { NamedParameter } from '../config/parameter-names.ts'
import type { CommandIo } from './cli/command-io.ts'
import { addConfigOptions, readCommandConfig } from './cli/config-options.ts'
import type { CommandModule } from './main.ts'

/** The commands `artillery write` and `artillery run`: a load test through Artillery. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Writes a load test as a bundle for Artillery, to be run on any machines, or runs it with the Artillery that is\n' +
        'installed here. See docs/artillery.md.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load artillery write --preset conservative --target moksha --out bundle\n' +
        '  $ vana-load artillery write --preset burst --form part --parts 10 --target moksha --out bundle\n' +
        '  $ vana-load artillery run --users 60 --rate 2\n',
    )

  const write = command.command('write').summary('write a bundle for Artillery')
  write
    .description(
      'Writes a folder that Artillery runs anywhere: script, processor, and the program with all it needs, so that nothing\n' +
        'is installed on the machines. No secret is in it; they come from the environment of the machines.',
    )
    .option('--out <folder>', 'Folder of the bundle.', 'artillery')
    .option(
      '--parts <count>',
      'Split the load: a script for each part, which together are exactly the whole.',
    )
  addFormOption(write)
  addConfigOptions(write, (named) => isOffered(named) && named.path[0] !== 'output')
  write.action(() =>
    run(async () => {
      const { writeCommand } = await import('./artillery/write.ts')
      return writeCommand(write.opts(), readCommandConfig(write, io, 'smoke'), io)
    }),
  )

  const runs = command.command('run').summary('run a load test with the Artillery that is installed')
  runs
    .description(
      'Runs a load test with the Artillery that is installed here, its telemetry turned off. The results are those of\n' +
        '`vana-load run`, and artillery.json beside them. Exit codes are those of `vana-load run` too.',
    )
    .option('--artillery <folder>', 'Folder that Artillery is installed in. (default: looked for)')
  addFormOption(runs)
  addConfigOptions(runs, isOffered)
  runs.action(() =>
    run(async () => {
      const { runCommand } = await import('./artillery/run.ts')
      return runCommand(runs.opts(), readCommandConfig(runs, io, 'smoke'), io)
    }),
  )

  defineAgent(command, io, run)
}

/** Not for people: what the processor starts. */
function defineAgent(command: Command, io: CommandIo, run: Parameters<CommandModule['define']>[2]): void {
  command.command('agent', { hidden: true }).action(() =>
    run(async () => {
      const { runAgent } = await import('./artillery/agent.ts')
      return runAgent(io)
    }),
  )
}

function addFormOption(command: Command): void {
  command.addOption(
    new Option(
      '--form <form>',
      'What one virtual user of Artillery is: a user, or a whole part of the load, of which vana-load keeps the schedule.',
    )
      .choices(forms)
      .default('users'),
  )
}

/** A search for capacity is many runs, of which Artillery knows nothing; page and baseline are those of the command `run`. */
const isOffered = ({ path: [group], key }: NamedParameter): boolean =>
  group !== 'capacity' && !/^(baseline|output\.dashboard\w*)$/.test(key)
