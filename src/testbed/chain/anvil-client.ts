import {
  type Client,
  createTestClient,
  http,
  type PublicActions,
  publicActions,
  type TestActions,
} from 'viem'

/** A viem client with the public methods and anvil's own. */
export type AnvilClient = Client & PublicActions & TestActions

/**
 * Creates a client for a local anvil. It does not retry: a local node that fails once has failed.
 *
 * @example createAnvilClient('http://127.0.0.1:8545', 14800)
 */
export function createAnvilClient(rpcUrl: string, chainId: number): AnvilClient {
  return createTestClient({
    mode: 'anvil',
    chain: {
      id: chainId,
      name: 'anvil',
      nativeCurrency: { name: 'Vana', symbol: 'VANA', decimals: 18 },
      rpcUrls: { default: { http: [rpcUrl] } },
    },
    transport: http(rpcUrl, { retryCount: 0 }),
    cacheTime: 0,
    pollingInterval: 50,
  }).extend(publicActions) as AnvilClient
}
