import { Command, CommanderError } from 'commander'
import { LoadTestError } from '../errors/load-test-error.ts'
import { fileHandleLimit, isOutOfFileHandles } from '../process/file-handles.ts'
import { ownVersion } from '../process/own-version.ts'
import { type CommandIo, openProcessIo } from './cli/command-io.ts'
import { describeError } from './cli/describe-error.ts'
import { exitCodeOfError, exitCodes } from './cli/exit-code.ts'
import { refuseSwallowedFlags } from './cli/npm-flags.ts'
import { unwrap } from './cli/unwrap.ts'

/** What a command's own file gives: options, help, and what to do. */
export type CommandModule = {
  /** @param run is to be called with the action, which resolves with the exit code */
  define(command: Command, io: CommandIo, run: (action: () => Promise<number>) => Promise<void>): void
}

/** The commands; their files are only loaded when they are asked for, so that help is quick. */
const commands: { name: string; summary: string; load: () => Promise<CommandModule> }[] = [
  { name: 'run', summary: 'a load test', load: () => import('./run-test.ts') },
  { name: 'flow', summary: 'one flow, verbose, step by step', load: () => import('./flow.ts') },
  {
    name: 'testbed',
    summary: 'start the embedded stack, and stay up',
    load: () => import('./testbed.ts'),
  },
  { name: 'doctor', summary: 'check a target before a run', load: () => import('./doctor.ts') },
  { name: 'monitor', summary: 'past runs, and one under way', load: () => import('./monitor.ts') },
  { name: 'report', summary: 'render the report of a run again', load: () => import('./report.ts') },
  { name: 'compare', summary: 'runs side by side, with their noise', load: () => import('./compare.ts') },
  { name: 'baseline', summary: 'what runs have to be as good as', load: () => import('./baseline.ts') },
  { name: 'audit', summary: "hold a run's claims against the chain", load: () => import('./audit.ts') },
  { name: 'merge', summary: 'one run out of the parts of a split one', load: () => import('./merge.ts') },
  {
    name: 'wallets',
    summary: 'make, fund, look at and empty wallets',
    load: () => import('./wallets.ts'),
  },
  {
    name: 'prepare-wallets',
    summary: 'make a keystore, and fund its wallets',
    load: () => import('./prepare-wallets.ts'),
  },
  { name: 'serve', summary: 'the API server alone', load: () => import('./serve.ts') },
  { name: 'artillery', summary: 'the same load through Artillery', load: () => import('./artillery.ts') },
]

/**
 * Runs the command line.
 *
 * @param args without the names of Node and of the program
 * @returns the exit code
 * @example process.exitCode = await main(['run', '--users', '100'])
 */
export async function main(args: readonly string[]): Promise<number> {
  const { io, close } = openProcessIo()
  const { exitCode, error } = await runCommandLine(withDefaultCommand(args), io)
  const reported = await close(error)
  if (reported === undefined) return exitCode
  const reportedCode = exitCodeOfError(reported, io.signal)
  printError(reportedCode === exitCodes.interrupted ? interruption(reported) : reported, args, io)
  return reportedCode
}

/** `npm start` is `vana-load start`: alone or with flags it means `run`, otherwise what follows is the command line. */
function withDefaultCommand([first, ...rest]: readonly string[]): readonly string[] {
  if (first !== 'start') return first === undefined ? [] : [first, ...rest]
  const [next] = rest
  const isCommandLine =
    next !== undefined && (!next.startsWith('-') || /^(-h|--help|-V|--version)$/.test(next))
  return isCommandLine ? rest : ['run', ...rest]
}

/** How a command ended: with an exit code, or in an error. */
type CommandEnd = { exitCode: number; error?: unknown }

/** Runs a command line in a given world, without the signals and streams of this process. */
export async function runCommandLine(args: readonly string[], io: CommandIo): Promise<CommandEnd> {
  let exitCode: number = exitCodes.ok
  const run = async (action: () => Promise<number>): Promise<void> => {
    exitCode = await action()
  }
  try {
    const program = await createProgram(args, io, run)
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return { exitCode }
  } catch (error) {
    if (error instanceof CommanderError) {
      return { exitCode: error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput }
    }
    const explained = isOutOfFileHandles(error) ? outOfFileHandles(error) : error
    return { exitCode: exitCodeOfError(explained, io.signal), error: explained }
  }
}

async function createProgram(
  args: readonly string[],
  io: CommandIo,
  run: (action: () => Promise<number>) => Promise<void>,
): Promise<Command> {
  const program = new Command('vana-load')
    .description("Load testing for the Vana network's data-portability workflow.")
    .usage('<command> [options]')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .showHelpAfterError('(vana-load --help lists commands; vana-load <command> --help lists flags)')
    // Commands inherit it.
    .configureHelp({ commandDescription: (command) => unwrap(command.description()) })
    .exitOverride()
    .addHelpText('after', examples)
  const named = args.filter((arg) => !arg.startsWith('-'))
  for (const { name, summary, load } of commands) {
    const command = program.command(name).summary(summary).helpOption('-h, --help', 'show help')
    if (named[0] === name || (named[0] === 'help' && named[1] === name)) {
      const { define } = await load()
      define(command, io, run)
      command.hook('preAction', (_, action) => refuseSwallowedFlags(action, io.env))
    }
  }
  return program
}

function outOfFileHandles(cause: unknown): LoadTestError {
  const limit = fileHandleLimit()
  return new LoadTestError(
    'TOO_FEW_FILE_HANDLES',
    `This process has used up its file handles${limit === null ? '' : `, which are ${limit}`}.`,
    {
      cause,
    },
  )
}

/** A signal's own reason says nothing to people. */
function interruption(error: unknown): LoadTestError {
  if (error instanceof LoadTestError) return error
  return new LoadTestError('ABORTED', 'Stopped before the end, as it was asked to.', {
    hint: 'Give the same command again to go on; what is done stays done.',
  })
}

function printError(error: unknown, args: readonly string[], io: CommandIo): void {
  const stack = args.includes('--debug') || Boolean(io.env.DEBUG)
  io.stderr.write(`${describeError(error, { stack })}\n`)
}

const examples = `
Examples:
  $ vana-load run                               60 users against the embedded stack: half a minute
  $ vana-load run --users 500 --rate 5          faster
  $ vana-load testbed --json > target.json      keep an embedded stack up ...
  $ vana-load run --target target.json          ... and run against it
  $ vana-load run --preset conservative --target moksha

Settings come from flags, the environment, .env, a config file, a preset, in this order: docs/configuration.md
Exit codes: 0 all thresholds held; 1 unexpected error; 2 bad input or configuration; 3 target not ready;
4 a threshold failed, or worse than the baseline; 5 stopped by the circuit breaker, the spending cap or --fail-fast;
130 interrupted.
`
