import type { Address } from 'viem'
import { z } from 'zod'
import { findPoorLanes, poorLanesHint, poorLaneWords } from '../chain/lanes/poor-lanes.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import { createHttpAgent } from '../http/outbound.ts'
import { requestJson } from '../http/request-json.ts'

const healthSchema = z.object({ relayers: z.array(z.object({ address: z.custom<Address>() })) })

/** So many lanes are named. */
const mostNamed = 8

/**
 * Checks whether the API server can pay for relayed flows. One lane that can is enough; for the others, a note says how much
 * to send where. A relayer of another kind, which does not list its lanes, is not checked.
 *
 * @throws LoadTestError CHAIN_INSUFFICIENT_FUNDS if no lane can pay, or there is none; CHAIN_*; the signal's reason
 */
export async function checkRelayer(
  { apiServer }: Pick<Target, 'apiServer'>,
  connection: Pick<TargetConnection, 'rpc' | 'feed'> & { baseFeeMultiplier: number },
  { note, signal }: { note: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  const lanes = await readLanes(`${apiServer.url}/health`, signal)
  if (lanes === undefined) return
  const poor = await findPoorLanes(connection, lanes)
  signal.throwIfAborted()
  const words = poor.slice(0, mostNamed).map(poorLaneWords)
  if (poor.length > mostNamed) words.push(`So do ${poor.length - mostNamed} more.`)
  if (poor.length < lanes.length) {
    for (const text of words) note(text)
    if (words.length > 0) note(poorLanesHint)
    return
  }
  const message =
    lanes.length === 0
      ? 'The API server has no key to relay with.'
      : `The API server can't pay for a single flow. ${words.join(' ')}`
  throw new LoadTestError('CHAIN_INSUFFICIENT_FUNDS', message, {
    hint:
      lanes.length === 0
        ? 'Set VANA_LOAD_RELAYER_PRIVATE_KEYS or VANA_LOAD_MNEMONIC where it starts, or let users pay with --submission direct.'
        : `${poorLanesHint} Or set VANA_LOAD_RELAYER_PRIVATE_KEYS to keys with funds, or let users pay with --submission direct.`,
  })
}

async function readLanes(url: string, signal: AbortSignal): Promise<Address[] | undefined> {
  const agent = createHttpAgent()
  try {
    const answer = await requestJson(agent, {
      method: 'GET',
      url,
      signal,
      timeoutMs: 10_000,
      service: 'API server',
    })
    return healthSchema.safeParse(answer).data?.relayers.map(({ address }) => address)
  } catch {
    signal.throwIfAborted()
    return undefined
  } finally {
    await agent.close()
  }
}
