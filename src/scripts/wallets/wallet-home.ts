import type { Hex } from 'viem'
import { environmentLayer } from '../../config/environment-layer.ts'
import { knownVariables } from '../../config/known-variables.ts'
import { deployedContracts, mainnetChainId, mokshaChainId, mokshaDefaults } from '../../config/moksha.ts'
import { nameParameters } from '../../config/parameter-names.ts'
import { targetParameters } from '../../config/parameters/target-environment.ts'
import { throwProblems } from '../../config/problem.ts'
import { resolveParameters } from '../../config/resolve-parameters.ts'
import { readTarget } from '../../config/resolve-target.ts'
import { describeSource } from '../../config/source.ts'
import type { ContractAddresses } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { isEmbedded } from '../../wallets/embedded-mnemonic.ts'
import { developmentRelayers } from '../../wallets/relayer-lanes.ts'
import { checkChainAllowed } from '../../wallets/wallet-chain.ts'
import type { CommandIo } from '../cli/command-io.ts'
import type { WalletOptions } from './wallet-options.ts'

/** The chain that wallets are on: the part of a target that they need. */
export type ChainTarget = {
  chainId: number
  rpcUrls: readonly string[]
  contracts: Pick<ContractAddresses, 'multicall3' | 'multisend'>
  /** The development funder; of embedded chains only. */
  devFunder: Hex | undefined
  /** The development keys that `serve` relays with when it is given no others. */
  devRelayers: readonly Hex[]
}

/** The embedded chain while nobody has started it: wallets can be made for it, and nothing can be read or sent. */
const embeddedHome: ChainTarget = {
  chainId: mokshaChainId,
  rpcUrls: [],
  contracts: deployedContracts,
  devFunder: undefined,
  devRelayers: [],
}

/**
 * Finds the chain that a command about wallets names, and says on standard error which target that is and who named it.
 * Storage and servers need not be known.
 *
 * @param options.needsChain whether the chain has to be up. Without it, the target `local` is a chain without endpoints.
 * @default true
 * @throws LoadTestError CONFIG_INVALID, MAINNET_REFUSED
 */
export function findWalletHome(
  options: WalletOptions,
  io: Pick<CommandIo, 'stderr'>,
  { needsChain = true }: { needsChain?: boolean | undefined } = {},
): ChainTarget {
  const { command, targetSource } = options
  const home = findAllowedHome(options, needsChain)
  if (!command.json) {
    const source = describeSource(targetSource)
    io.stderr.write(`Target: ${command.target} (${source}), chain ${home.chainId}.\n`)
  }
  return home
}

function findAllowedHome(
  { command, limits, environment, targetSource }: WalletOptions,
  needsChain: boolean,
): ChainTarget {
  const home = command.target === 'moksha' || command.target === 'env' ? fromEnvironment() : fromDocument()
  checkChainAllowed(home.chainId, limits.allowMainnet)
  if (home.chainId === mainnetChainId && limits.maxSpendWei === undefined) {
    throw new LoadTestError('CONFIG_INVALID', 'On mainnet, --max-spend is required.')
  }
  return home

  function fromDocument(): ChainTarget {
    if (command.target === 'local') {
      if (!needsChain) return embeddedHome
      throw new LoadTestError(
        'CONFIG_INVALID',
        `The target is local (${describeSource(targetSource)}), and no embedded chain is running: the chain of a run ends with the run.`,
        {
          hint:
            'Start one with `vana-load testbed --json > target.json` and give --target target.json, or ' +
            'give --target moksha.',
        },
      )
    }
    const { chain, accounts } = readTarget(command.target)
    const { id: chainId, rpcUrls, contracts } = chain
    const devFunder = isEmbedded({ chainId, rpcUrls }) ? accounts?.funder : undefined
    return { chainId, rpcUrls, contracts, devFunder, devRelayers: developmentRelayers(accounts) }
  }

  function fromEnvironment(): ChainTarget {
    const { rpcUrl, chainId } = targetParameters
    const parameters = nameParameters({ '': { rpcUrl, chainId } })
    const { layer } = environmentLayer(parameters, environment, knownVariables())
    const { values, problems } = resolveParameters(parameters, [layer])
    throwProblems(problems)
    const defaults = command.target === 'moksha' ? mokshaDefaults : undefined
    const id = values.get('chainId')?.value ?? defaults?.chainId
    const rpcUrls = values.get('rpcUrl')?.value ?? defaults?.rpcUrl
    if (typeof id === 'number' && Array.isArray(rpcUrls)) {
      return {
        chainId: id,
        rpcUrls,
        contracts: deployedContracts,
        devFunder: undefined,
        devRelayers: [],
      }
    }
    throw new LoadTestError('CONFIG_INVALID', 'The target env needs an RPC endpoint and a chain id.', {
      hint: 'Set VANA_LOAD_RPC_URL and VANA_LOAD_CHAIN_ID.',
    })
  }
}
