import type { Dispatcher } from 'undici'
import type { Address, Hex } from 'viem'
import { z } from 'zod'
import { exchange } from '../../http/exchange.ts'
import type { Sleep } from './options.ts'

/** Reads from a contract at the latest block. */
export type EthCall = (to: Address, data: Hex) => Promise<Hex>

/** Delays between attempts after a connection error, in milliseconds: 1.9 s in all, like the original's library. */
const retryDelaysMs = [125, 250, 500, 1000]
const timeoutMs = 30_000
const headers = { 'content-type': 'application/json' }

const answerSchema = z.union([
  z.object({ error: z.object({ message: z.string().optional() }) }),
  z.object({ result: z.string().regex(/^0x(?:[0-9a-fA-F]{2})*$/) }),
])

/**
 * Creates the reader of one JSON-RPC endpoint. It retries connection and HTTP errors, but no error that the node reports.
 *
 * @example await createEthCall({ rpcUrl, dispatcher, sleep, signal })('0x8C87...', '0xf4c714b4...')
 */
export function createEthCall(options: {
  rpcUrl: string
  dispatcher: Dispatcher
  sleep: Sleep
  signal: AbortSignal
}): EthCall {
  const { rpcUrl, dispatcher, sleep, signal } = options
  const { origin, pathname, search } = new URL(rpcUrl)
  let id = 0

  const post = async (body: string): Promise<unknown> => {
    const { status, body: answered } = await exchange(dispatcher, {
      method: 'POST',
      origin,
      path: `${pathname}${search}`,
      headers,
      body,
      timeoutMs,
      signal,
    })
    if (status >= 400) throw new Error(`The node answered with HTTP ${status}.`)
    return JSON.parse(answered.toString())
  }

  const postWithRetries = async (body: string): Promise<unknown> => {
    for (const delayMs of retryDelaysMs) {
      try {
        return await post(body)
      } catch (error) {
        if (signal.aborted || error instanceof SyntaxError) throw error
        await sleep(delayMs, signal)
      }
    }
    return post(body)
  }

  return async (to, data) => {
    const call = { jsonrpc: '2.0', id: ++id, method: 'eth_call', params: [{ to, data }, 'latest'] }
    const answer = answerSchema.parse(await postWithRetries(JSON.stringify(call)))
    if ('error' in answer) throw new Error(answer.error.message ?? 'The node refused the call.')
    return answer.result as Hex
  }
}
