import { type ApiReply, jsonReply } from './api-request.ts'

/**
 * The answer of every operations route when the server is set to a chain it does not know. The original leaks a
 * traceback here, so this one shows one too; it holds nothing of this program.
 *
 * @example unknownChainReply(1).status // 500
 */
export function unknownChainReply(chainId: number): ApiReply {
  return jsonReply(500, {
    detail: 'Internal server error',
    traceback: `Traceback (most recent call last):\nValueError: Unsupported chain ID: ${chainId}\n`,
  })
}
