import { mokshaChainId } from './moksha.ts'

/** Whether a chain is one where keys that everyone knows may be used: a loopback one with Moksha's id. */
export function isDevelopmentChain(chain: { id: number; rpcUrls: readonly string[] }): boolean {
  const isLoopback = chain.rpcUrls.every((url) =>
    /^(127(\.\d+){3}|localhost|\[::1\])$/.test(new URL(url).hostname),
  )
  return isLoopback && chain.id === mokshaChainId
}
