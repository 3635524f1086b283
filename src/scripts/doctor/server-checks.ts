import { Agent } from 'undici'
import { isHex } from 'viem'
import { generatePrivateKey, privateKeyToAddress, publicKeyToAddress } from 'viem/accounts'
import { z } from 'zod'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { fetchIdentity } from '../../flow/personal-server-client.ts'
import { requestJson } from '../../http/request-json.ts'
import { endpointLabel } from '../../redaction/endpoint-label.ts'
import type { Check } from './check.ts'

/** The personal server has a key pair for any user, the same each time, whose halves belong together. */
export function identityCheck({ personalServer }: Target, timeoutMs: number): Check {
  return {
    name: 'personal server',
    async look(signal) {
      const dispatcher = new Agent()
      try {
        const user = privateKeyToAddress(generatePrivateKey())
        const ask = () => fetchIdentity(dispatcher, personalServer.url, user, { signal, timeoutMs })
        const startedMs = performance.now()
        const first = await ask()
        const tookMs = Math.round(performance.now() - startedMs)
        const second = await ask()
        const isPair = isHex(first.publicKey) && publicKeyToAddress(first.publicKey) === first.address
        if (!isPair || second.publicKey !== first.publicKey) {
          const found = isPair ? 'changes from one request to the next' : 'has an address of another key'
          throw new LoadTestError(
            'SERVER_PROTOCOL',
            `The identity that the personal server gives a user ${found}.`,
          )
        }
        return { detail: `gives a user an identity in ${tookMs} ms, and the same one again` }
      } finally {
        await dispatcher.destroy()
      }
    },
  }
}

const healthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  relayers: z.array(z.object({ address: z.string(), balance: z.string(), balanceWei: z.string() })),
  personalServer: z.object({ reachable: z.boolean() }),
})

/** The API server is well, and has what the submission needs of it. */
export function apiServerCheck({ apiServer }: Target, { flow, secrets }: LoadTestConfig): Check {
  return {
    name: 'API server',
    async look(signal) {
      const dispatcher = new Agent()
      try {
        const token = secrets.apiServerToken
        const answer = await requestJson(dispatcher, {
          method: 'GET',
          url: `${apiServer.url}/health`,
          service: 'API server',
          signal,
          timeoutMs: flow.requestTimeoutMs,
          ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        })
        const health = healthSchema.safeParse(answer)
        if (!health.success) {
          throw new LoadTestError(
            'SERVER_PROTOCOL',
            `What answers at ${endpointLabel(apiServer.url)}/health is no API server.`,
          )
        }
        const { status, relayers, personalServer } = health.data
        const paid = relayers.filter(({ balanceWei }) => BigInt(balanceWei) > 0n)
        const detail = `${status}; ${relayers.length} relayer keys, ${paid.length} of them with coins`
        if (flow.submission === 'relayed' && paid.length === 0) {
          const message = 'No relayer key of the API server has coins, and --submission relayed needs one.'
          throw new LoadTestError('CHAIN_INSUFFICIENT_FUNDS', message)
        }
        if (!personalServer.reachable) {
          return { verdict: 'warning', detail: `${detail}; it can't reach the personal server` }
        }
        return { detail }
      } finally {
        await dispatcher.destroy()
      }
    },
  }
}
