import { setTimeout } from 'node:timers/promises'
import {
  type Address,
  createTestClient,
  defineChain,
  getContract,
  type Hex,
  http,
  parseAbi,
  publicActions,
  type TransactionReceipt,
  type Transport,
  toHex,
  walletActions,
} from 'viem'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type ChainOptions, startChain } from '../../src/testbed/chain/start-chain.ts'
import { sdkAbis } from './sdk-abis.ts'

/** What reference 2026-04 adds, which the published SDK does not know. */
export const granteesV2Abi = parseAbi([
  'struct GranteeInfoV2 { address owner; address granteeAddress; string publicKey; uint256 permissionsCount; }',
  'function granteesV2(uint256) view returns (GranteeInfoV2)',
  'function granteeInfoV2(uint256) view returns (GranteeInfoV2)',
  'function granteeByAddressV2(address) view returns (GranteeInfoV2)',
  'function granteePermissionsPaginated(uint256, uint256, uint256) view returns (uint256[], uint256, bool)',
  'error UnauthorizedRegistration()',
])

/** Has the owner of the contracts send; the relayer does otherwise. */
export const asOwner = { account: devAccounts.owner.address }

const mokshaLike = defineChain({
  id: 14800,
  name: 'testbed',
  nativeCurrency: { name: 'Vana', symbol: 'VANA', decimals: 18 },
  rpcUrls: { default: { http: [] } },
})

/**
 * Gives transactions more gas than any needs. An estimate is made as of the last block, where writes of the block number
 * may be no changes yet, so that the second of two flows in neighbouring blocks can run out of gas.
 */
function withPlentyOfGas(rpcUrl: string): Transport {
  return (config) => {
    const transport = http(rpcUrl, { retryCount: 0 })(config)
    const request: typeof transport.request = ({ method, params }) =>
      transport.request({
        method,
        params:
          method === 'eth_sendTransaction' && Array.isArray(params)
            ? [{ gas: toHex(10_000_000), ...params[0] }]
            : params,
      })
    return { ...transport, request }
  }
}

/**
 * Starts a chain that mines every transaction at once, with typed contracts. Writes are sent by the relayer, who has no
 * role and owns nothing, unless they name another account; `unlock` lets any account send.
 */
export async function startContractChain(options: ChainOptions = {}) {
  const chain = await startChain({ blockTime: 'instant', ...options })
  const client = createTestClient({
    mode: 'anvil',
    account: chain.accounts.relayer.address,
    chain: mokshaLike,
    transport: withPlentyOfGas(chain.rpcUrl),
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions)

  const { contracts } = chain
  return {
    ...chain,
    client,
    owner: chain.accounts.owner.address,
    relayer: chain.accounts.relayer.address,
    permissions: getContract({ address: contracts.permissions, abi: sdkAbis.permissions, client }),
    servers: getContract({ address: contracts.servers, abi: sdkAbis.servers, client }),
    grantees: getContract({ address: contracts.grantees, abi: sdkAbis.grantees, client }),
    granteesV2: getContract({ address: contracts.grantees, abi: granteesV2Abi, client }),
    registry: getContract({ address: contracts.registry, abi: sdkAbis.registry, client }),
    schemas: getContract({ address: contracts.schemas, abi: sdkAbis.schemas, client }),

    /** Waits for a transaction's receipt. */
    async mined(hash: Promise<Hex>): Promise<TransactionReceipt> {
      return client.waitForTransactionReceipt({ hash: await hash, pollingInterval: 5 })
    },

    /**
     * Goes back to a snapshot. A receipt can be read a moment before anvil takes its transaction out of the pool; after
     * going back, such a transaction would be mined again, or leave a gap in the nonces that holds up all later ones.
     */
    async rewind(id: Hex): Promise<void> {
      while ((await client.getTxpoolStatus()).pending > 0) await setTimeout(5)
      await client.revert({ id })
    },

    /** Lets an account send, with funds but without its key. */
    async unlock(address: Address): Promise<void> {
      await client.setBalance({ address, value: 10n ** 18n })
      await client.impersonateAccount({ address })
    },
  }
}

/** A chain with the contracts, for tests of what they do. */
export type ContractChain = Awaited<ReturnType<typeof startContractChain>>
