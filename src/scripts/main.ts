import { Command, CommanderError } from 'commander'
import { LoadTestError } from '../errors/load-test-error.ts'
import { fileHandleLimit, isOutOfFileHandles } from '../process/file-handles.ts'
import { ownVersion } from '../process/own-version.ts'
import { type CommandIo, openProcessIo } from './cli/command-io.ts'
import type { CommandModule, RunAction } from './cli/command-module.ts'
import { describeError } from './cli/describe-error.ts'
import { exitCodeOfError, exitCodes } from './cli/exit-code.ts'
import { refuseSwallowedFlags } from './cli/npm-flags.ts'
import { unwrap } from './cli/unwrap.ts'

/** The commands; the file of a command is loaded only when that command is asked for, which keeps help fast. */
const commands: readonly [name: string, summary: string, load: () => Promise<CommandModule>][] = [
  ['run', 'run a load test', () => import('./run/command.ts')],
  ['flow', 'run one flow, step by step', () => import('./flow.ts')],
  ['testbed', 'start the embedded stack and keep it running', () => import('./testbed.ts')],
  ['doctor', 'check a target before a run', () => import('./doctor.ts')],
  ['monitor', 'show past runs, or follow one in progress', () => import('./monitor/command.ts')],
  ['report', 'render the reports of a past run', () => import('./report.ts')],
  ['compare', 'compare runs, with their noise', () => import('./compare.ts')],
  ['baseline', 'keep a performance baseline, and check runs against it', () => import('./baseline.ts')],
  ['audit', 'check the claims of a run on chain', () => import('./audit.ts')],
  ['merge', 'combine the parts of a split run', () => import('./merge.ts')],
  ['wallets', 'create, fund, check and sweep wallets', () => import('./wallets.ts')],
  ['prepare-wallets', 'create a keystore and fund its wallets', () => import('./prepare-wallets/command.ts')],
  ['serve', 'start the API server alone', () => import('./serve.ts')],
  ['artillery', 'run the same load through Artillery', () => import('./artillery.ts')],
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
type CommandEnd = { exitCode: number; error?: unknown | undefined }

/** Runs a command line in a given world, without the signals and streams of this process. */
export async function runCommandLine(args: readonly string[], io: CommandIo): Promise<CommandEnd> {
  let exitCode: number = exitCodes.ok
  const run: RunAction = async (action) => {
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

async function createProgram(args: readonly string[], io: CommandIo, run: RunAction): Promise<Command> {
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
  for (const [name, summary, load] of commands) {
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
    `This process has used all its file handles${limit === null ? '' : ` (${limit})`}.`,
    { cause },
  )
}

/** Replaces the reason of a signal, which means nothing to people. */
function interruption(error: unknown): LoadTestError {
  if (error instanceof LoadTestError) return error
  return new LoadTestError('ABORTED', 'Interrupted before the end.', {
    hint: 'Run the same command again to continue; finished work is kept.',
  })
}

function printError(error: unknown, args: readonly string[], io: CommandIo): void {
  const stack = args.includes('--debug') || Boolean(io.env.DEBUG)
  io.stderr.write(`${describeError(error, { stack })}\n`)
}

const examples = `
Examples:
  $ vana-load run                               60 users against the embedded stack, in half a minute
  $ vana-load run --users 500 --rate 5          more users, faster
  $ vana-load testbed --json > target.json      keep an embedded stack running ...
  $ vana-load run --target target.json          ... and run against it
  $ vana-load run --preset conservative --target moksha

Settings come from flags, then the environment, .env, a config file and a preset: docs/configuration.md
Exit codes: 0 all thresholds passed; 1 unexpected error; 2 invalid input or configuration; 3 target not ready;
4 a threshold failed, or a metric regressed; 5 stopped by the circuit breaker, the spending cap or --fail-fast;
130 interrupted.
`
