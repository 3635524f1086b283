import { isLoopback } from './loopback.ts'
import { mokshaChainId } from './moksha.ts'

/** Whether a chain is one where keys that everyone knows may be used: a loopback one with Moksha's id. */
export function isDevelopmentChain(chain: { id: number; rpcUrls: readonly string[] }): boolean {
  return chain.rpcUrls.every(isLoopback) && chain.id === mokshaChainId
}
