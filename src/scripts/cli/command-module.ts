import type { Command } from 'commander'
import type { CommandIo } from './command-io.ts'

/** Runs the action of a command, which resolves with the exit code. */
export type RunAction = (action: () => Promise<number>) => Promise<void>

/** What the file of a command exports: its options, its help and its action. */
export type CommandModule = {
  /** @param run called with the action when the command is chosen */
  define(command: Command, io: CommandIo, run: RunAction): void
}
