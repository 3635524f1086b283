import type { Dispatcher } from 'undici'
import { type Hex, isAddress } from 'viem'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'
import { requestJson } from '../http/request-json.ts'
import type { ServerIdentity } from './flow-services.ts'

const identitySchema = z.object({
  personal_server: z.object({
    address: z.custom<Hex>((value) => typeof value === 'string' && isAddress(value)),
    public_key: z.string().regex(/^0x04[0-9a-f]{128}$/i),
  }),
})

/**
 * Requests a user's identity at a personal server: address and public key.
 *
 * The SDK's own call makes the same request but reports every failure as text, without status or `Retry-After`, and cannot be
 * cancelled.
 *
 * @param serverUrl ends in `/api/v1`
 * @throws LoadTestError SERVER_UNREACHABLE, SERVER_RATE_LIMITED, SERVER_REFUSED, SERVER_FAILED, SERVER_PROTOCOL
 */
export async function fetchIdentity(
  dispatcher: Dispatcher,
  serverUrl: string,
  { user, ...options }: { user: Hex; signal: AbortSignal; timeoutMs: number },
): Promise<ServerIdentity> {
  const url = `${serverUrl}/identity?address=${user}`
  const answer = await requestJson(dispatcher, { method: 'GET', url, service: 'personal server', ...options })
  const { data } = identitySchema.safeParse(answer)
  if (!data)
    throw new LoadTestError('SERVER_PROTOCOL', 'The personal server answered without a usable identity.')
  return { address: data.personal_server.address, publicKey: data.personal_server.public_key }
}
