import type { ContractAddresses } from './options.ts'
import type { Profile } from './profile.ts'

const vanaChainIds = [14800, 1480]

const vanaContracts: ContractAddresses = {
  permissions: '0xD54523048AdD05b4d734aFaE7C68324Ebb7373eF',
  grantees: '0x8325C0A0948483EdA023A1A2Fd895e62C5131234',
  registry: '0x8C8788f98385F6ba1adD4234e551ABba0f82Cb7C',
}

/** Placeholders that the original lists for a local chain. */
const localContracts: ContractAddresses = {
  registry: '0x0000000000000000000000000000000000000001',
  permissions: '0x0000000000000000000000000000000000000002',
  grantees: '0x0000000000000000000000000000000000000003',
}

/**
 * Names the contracts of a chain, the same on both Vana networks; undefined for a chain that the server does not know.
 *
 * @example contractsOf(14800, profile)?.permissions // '0xD545...'
 */
export function contractsOf(chainId: number, profile: Profile): ContractAddresses | undefined {
  if (vanaChainIds.includes(chainId)) return vanaContracts
  return profile.extraChainIds.includes(chainId) ? localContracts : undefined
}
