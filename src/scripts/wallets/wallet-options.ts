import type { Command } from 'commander'
import type { Environment } from '../../config/environment-layer.ts'
import { optional, type ParameterGroup, type ValuesOf } from '../../config/parameter.ts'
import { type NamedParameter, nameParameters } from '../../config/parameter-names.ts'
import { chainParameters } from '../../config/parameters/chain.ts'
import { limitParameters, walletParameters } from '../../config/parameters/money.ts'
import { runParameters } from '../../config/parameters/run.ts'
import { secretParameters } from '../../config/parameters/secrets.ts'
import { walletsCommandParameters } from '../../config/parameters/wallets-command.ts'
import { resolveGroupSources } from '../../config/resolve-groups.ts'
import type { Source } from '../../config/source.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { addEnvironmentOptions, readCommandEnvironment } from '../cli/environment-options.ts'
import { addParameterOptions, readTypedFlags } from '../cli/parameter-options.ts'

const { firstIndex, keystoreFile } = walletParameters
const { kind, flag = '', summary, default: userFundingWei = 0n } = walletParameters.fundingWei
/** Without its default: lanes have another. */
const fundingWei = optional(kind, { flag, summary: `${summary} (default: ${kind.show(userFundingWei)})` })
const { feeMultiplier, maxFeePerGasWei, pollIntervalMs } = chainParameters
const { mnemonic, funderPrivateKey, funderPrivateKeys, relayerPrivateKeys, keystorePassphrase } =
  secretParameters

/** What a user's wallet is funded with unless it is said. */
export { userFundingWei }

/** What every command about wallets can be told. */
const sharedGroups = {
  command: walletsCommandParameters,
  wallets: { fundingWei, firstIndex, keystoreFile },
  limits: limitParameters,
  chain: { feeMultiplier, maxFeePerGasWei, pollIntervalMs },
  run: { seed: runParameters.seed },
  secrets: { mnemonic, funderPrivateKey, funderPrivateKeys, relayerPrivateKeys, keystorePassphrase },
}

type SharedGroups = typeof sharedGroups

/** What a command about wallets was told. */
export type WalletOptions = { [Group in keyof SharedGroups]: ValuesOf<SharedGroups[Group]> } & {
  environment: Environment
  /** Where the target's name came from. */
  targetSource: Source
}

const headings = {
  command: 'Which wallets, and where:',
  wallets: 'Wallets:',
  limits: 'Limits:',
  chain: 'The chain:',
  run: 'The embedded chain:',
  own: 'This command:',
}

/**
 * Gives a command the flags of wallets and some of its own, and the way to read them.
 *
 * @param isOffered which parameters the command has flags for. @default all
 * @throws LoadTestError CONFIG_INVALID (from the function) that lists every problem at once
 */
export function addWalletOptions<Own extends ParameterGroup>(
  command: Command,
  io: CommandIo,
  own: Own,
  isOffered: (parameter: NamedParameter) => boolean = () => true,
): () => WalletOptions & { own: ValuesOf<Own> } {
  const groups = { ...sharedGroups, own }
  const parameters = nameParameters(groups)
  addEnvironmentOptions(command)
  addParameterOptions(command, parameters.filter(isOffered), headings)
  return () => {
    const { flags, problems } = readTypedFlags(command, parameters)
    const environment = readCommandEnvironment(command, io)
    const { values, sourceOf } = resolveGroupSources(groups, { flags, environment, problems })
    return { ...values, environment, targetSource: sourceOf('command.target') }
  }
}
