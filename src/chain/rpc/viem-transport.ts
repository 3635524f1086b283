import { type CustomTransport, custom, numberToHex, RpcRequestError } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { RpcPool } from './rpc.ts'

/**
 * Makes a viem transport over an RPC pool, for viem's and the SDK's clients.
 *
 * `eth_chainId` is answered from the verified value without a call: the SDK asks for it two or three times a flow.
 * A JSON-RPC error keeps code and data, so that viem and the SDK decode it as they would over their own transport;
 * any other error is in the cause chain as a LoadTestError. viem's own retries are off: the pool does that.
 *
 * @example createPublicClient({ chain, transport: toViemTransport(rpc), pollingInterval: 500 })
 */
export function toViemTransport(rpc: RpcPool): CustomTransport {
  return custom(
    {
      async request({ method, params }: { method: string; params?: readonly unknown[] }): Promise<unknown> {
        if (method === 'eth_chainId') return numberToHex(rpc.chainId)
        try {
          return await rpc.request(method, params ?? [])
        } catch (error) {
          throw toRpcRequestError(error, method)
        }
      },
    },
    { key: 'rpc-pool', name: 'RPC pool', retryCount: 0 },
  )
}

function toRpcRequestError(error: unknown, method: string): unknown {
  if (!(error instanceof LoadTestError) || typeof error.details.code !== 'number') return error
  const { code, data } = error.details
  const rpcError = new RpcRequestError({
    body: { method },
    error: { code, message: error.message, data },
    url: 'rpc pool',
  })
  rpcError.cause = error
  return rpcError
}
