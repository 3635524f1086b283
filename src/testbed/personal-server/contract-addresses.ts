import { deployedContracts } from '../../config/moksha.ts'
import type { ContractAddresses } from './options.ts'
import type { Profile } from './profile.ts'

const vanaChainIds = [14800, 1480]

/** The original's placeholders for a local chain. */
const localContracts: ContractAddresses = {
  registry: '0x0000000000000000000000000000000000000001',
  permissions: '0x0000000000000000000000000000000000000002',
  grantees: '0x0000000000000000000000000000000000000003',
}

/**
 * Returns the contracts of a chain, the same on both Vana networks; undefined for an unknown chain.
 *
 * @example contractsOf(14800, profile)?.permissions // '0xD545...'
 */
export function contractsOf(chainId: number, profile: Profile): ContractAddresses | undefined {
  if (vanaChainIds.includes(chainId)) return deployedContracts
  return profile.extraChainIds.includes(chainId) ? localContracts : undefined
}
