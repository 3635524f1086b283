import type { Command } from 'commander'
import type { Environment } from '../../config/environment-layer.ts'
import type { ParameterGroup } from '../../config/parameter.ts'
import { type NamedParameter, nameParameters } from '../../config/parameter-names.ts'
import { sourceParameters } from '../../config/parameters/sources.ts'
import type { Problem } from '../../config/problem.ts'
import { type GroupValues, resolveGroups } from '../../config/resolve-groups.ts'
import type { Resolved } from '../../config/resolve-parameters.ts'
import type { Source } from '../../config/source.ts'
import { readCommandEnvironment } from './command-environment.ts'
import type { CommandIo } from './command-io.ts'
import { addParameterOptions } from './parameter-options.ts'
import { readTypedFlags } from './typed-flags.ts'

/** The parameters of a command that takes neither preset nor config file. */
export type CommandOptionsSpec<Groups> = {
  groups: Groups
  /** Headings of the help, by group. @default none */
  headings?: Readonly<Record<string, string>> | undefined
  /** Which parameters the command has flags for. @default all */
  isOffered?: ((parameter: NamedParameter) => boolean) | undefined
  /** Finds problems among values that are each right on their own. */
  check?: ((values: ReadonlyMap<string, Resolved>) => readonly Problem[]) | undefined
  hint?: string | undefined
}

/** The values of a command's parameters. */
export type CommandOptions<Groups extends Record<string, ParameterGroup>> = {
  values: GroupValues<Groups>
  environment: Environment
  /** Where a value came from, by its key, such as `testbed.blockTime`. */
  sourceOf(key: string): Source
}

/**
 * Gives a command the flags of some parameter groups, and `--env` and `--debug`.
 *
 * @returns a function for the action of the command, which reads the values. It throws LoadTestError CONFIG_INVALID with
 * every problem at once
 */
export function addCommandOptions<const Groups extends Record<string, ParameterGroup>>(
  command: Command,
  io: CommandIo,
  spec: CommandOptionsSpec<Groups>,
): () => CommandOptions<Groups> {
  const { groups, headings = {}, isOffered = () => true, check, hint } = spec
  const parameters = nameParameters(groups)
  const sources = nameParameters({ sources: sourceParameters })
  addParameterOptions(command, [...parameters.filter(isOffered), ...sources], headings)
  return () => {
    const { flags, problems } = readTypedFlags(command, parameters, io)
    const environment = readCommandEnvironment(flags, io)
    const resolved = resolveGroups(groups, {
      flags,
      environment,
      problems,
      check,
      hint: hint ?? `\`${commandLine(command)} --help\` lists the flags and their values.`,
    })
    return { ...resolved, environment }
  }
}

/** The words that start a command, such as `vana-load wallets fund`. */
function commandLine(command: Command | null): string {
  return command === null ? '' : `${commandLine(command.parent)} ${command.name()}`.trim()
}
