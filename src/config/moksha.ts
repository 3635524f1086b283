import type { ContractAddresses } from './target.ts'

/** Chain id of the Moksha testnet; embedded chains have it too. */
export const mokshaChainId = 14_800

/** Chain id of mainnet, where funds have real value. */
export const mainnetChainId = 1_480

/**
 * Addresses of the workflow's contracts, the same on Moksha and on mainnet: they were deployed through CREATE2. The published
 * SDK has them built in, so the embedded chain has its contracts there too.
 */
export const deployedContracts = {
  permissions: '0xD54523048AdD05b4d734aFaE7C68324Ebb7373eF',
  servers: '0x1483B1F634DBA75AeaE60da7f01A679aabd5ee2c',
  grantees: '0x8325C0A0948483EdA023A1A2Fd895e62C5131234',
  registry: '0x8C8788f98385F6ba1adD4234e551ABba0f82Cb7C',
  schemas: '0x93c3EF89369fDcf08Be159D9DeF0F18AB6Be008c',
  multicall3: '0xD8d2dFca27E8797fd779F8547166A2d3B29d360E',
  multisend: '0x8807e8BCDFbaA8c2761760f3FBA37F6f7F2C5b2d',
} as const satisfies ContractAddresses

/** What is known of the public Moksha deployment; bucket and grantee are everyone's own. */
export const mokshaDefaults = {
  chainId: mokshaChainId,
  rpcUrl: ['https://rpc.moksha.vana.org'],
  personalServerUrl: 'https://test.server.vana.com/api/v1',
} as const
