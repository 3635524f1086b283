import type { Command } from 'commander'
import type { Environment } from '../../config/environment-layer.ts'
import { optional, type ParameterGroup, type ValuesOf } from '../../config/parameter.ts'
import type { NamedParameter } from '../../config/parameter-names.ts'
import { chainParameters } from '../../config/parameters/chain.ts'
import { limitParameters, walletParameters } from '../../config/parameters/money.ts'
import { runParameters } from '../../config/parameters/run.ts'
import { secretParameters } from '../../config/parameters/secrets.ts'
import { walletsCommandParameters } from '../../config/parameters/wallets-command.ts'
import type { Source } from '../../config/source.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { addCommandOptions } from '../cli/command-options.ts'

const { firstIndex, keystoreFile } = walletParameters
const { kind, flag = '', summary, default: userFundingWei = 0n } = walletParameters.fundingWei
/** Without its default, since lanes have another one. */
const fundingWei = optional(kind, { flag, summary: `${summary} (default: ${kind.show(userFundingWei)})` })
const { feeMultiplier, maxFeePerGasWei, pollIntervalMs, rpcTimeoutMs, rpcPatienceMs } = chainParameters
const { mnemonic, funderPrivateKey, funderPrivateKeys, relayerPrivateKeys, keystorePassphrase } =
  secretParameters

/** Default funding of a user's wallet. */
export { userFundingWei }

/** Parameters of every command about wallets. */
const sharedGroups = {
  command: walletsCommandParameters,
  wallets: { fundingWei, firstIndex, keystoreFile },
  limits: limitParameters,
  chain: { feeMultiplier, maxFeePerGasWei, pollIntervalMs, rpcTimeoutMs, rpcPatienceMs },
  run: { seed: runParameters.seed },
  secrets: { mnemonic, funderPrivateKey, funderPrivateKeys, relayerPrivateKeys, keystorePassphrase },
}

type SharedGroups = typeof sharedGroups

/** The options of a command about wallets. */
export type WalletOptions = { [Group in keyof SharedGroups]: ValuesOf<SharedGroups[Group]> } & {
  environment: Environment
  /** Source of the target's name. */
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
 * Gives a command the flags of wallets and some of its own.
 *
 * @param spec.isOffered which parameters the command has flags for. @default all
 * @returns a function for the action of the command, which reads the values. It throws LoadTestError CONFIG_INVALID with
 * every problem at once
 */
export function addWalletOptions<Own extends ParameterGroup>(
  command: Command,
  io: CommandIo,
  spec: { own: Own; isOffered?: ((parameter: NamedParameter) => boolean) | undefined },
): () => WalletOptions & { own: ValuesOf<Own> } {
  const { own, isOffered } = spec
  const read = addCommandOptions(command, io, { groups: { ...sharedGroups, own }, headings, isOffered })
  return () => {
    const { values, environment, sourceOf } = read()
    return { ...values, environment, targetSource: sourceOf('command.target') }
  }
}
