import { buffer } from 'node:stream/consumers'
import type { HttpGet } from './http-get.ts'
import type { Sleep } from './options.ts'

/** Reads a file by its hash through the gateways. @throws {Error} if no gateway has it */
export type ReadIpfs = (hash: string, accept: string) => Promise<Uint8Array>

/** Delays after a gateway failed with anything but 404 or 429, in milliseconds. */
const backoffMs = [1000, 2000, 4000, 8000]

/**
 * Finds the hash in a URL that the original sends to the IPFS gateways: `ipfs/<alphanumerics>` anywhere, `ipfs://` and
 * alphanumerics alone, or 46 and more alphanumerics alone.
 *
 * @example ipfsHashOf('https://gateway.example/ipfs/Qm123') // 'Qm123'
 */
export function ipfsHashOf(url: string): string | undefined {
  return (
    /ipfs\/([a-zA-Z0-9]+)/.exec(url)?.[1] ??
    /^ipfs:\/\/([a-zA-Z0-9]+)$/.exec(url)?.[1] ??
    /^([a-zA-Z0-9]{46,})$/.exec(url)?.[1]
  )
}

/**
 * Creates the reader that tries one gateway after another: at once after a 404 or 429, after a growing delay otherwise.
 *
 * @param options `gateways`: base URLs; the hash is appended
 * @example await createReadIpfs({ gateways, httpGet, sleep, signal })('Qm123', 'application/json')
 */
export function createReadIpfs(options: {
  gateways: readonly string[]
  httpGet: HttpGet
  sleep: Sleep
  signal: AbortSignal
}): ReadIpfs {
  const { gateways, httpGet, sleep, signal } = options
  return async (hash, accept) => {
    let failures = 0
    for (const [index, gateway] of gateways.entries()) {
      const outcome = await tryGateway(httpGet, gateway + hash, accept)
      signal.throwIfAborted()
      if (outcome instanceof Uint8Array) return outcome
      if (outcome === 'try-next' || index === gateways.length - 1) continue
      await sleep(backoffMs[Math.min(failures, backoffMs.length - 1)] ?? 0, signal)
      failures++
    }
    throw new Error(`All IPFS gateways failed for ${hash}`)
  }
}

async function tryGateway(
  httpGet: HttpGet,
  url: string,
  accept: string,
): Promise<Uint8Array | 'try-next' | 'failed'> {
  try {
    const answer = await httpGet(url, accept)
    if (answer.status < 400) return await buffer(answer.body)
    await answer.discard()
    return answer.status === 404 || answer.status === 429 ? 'try-next' : 'failed'
  } catch {
    return 'failed'
  }
}
