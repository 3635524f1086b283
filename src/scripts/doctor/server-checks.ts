import { isHex } from 'viem'
import { generatePrivateKey, privateKeyToAddress, publicKeyToAddress } from 'viem/accounts'
import { z } from 'zod'
import { createBlockFeed } from '../../chain/blocks/block-feed.ts'
import { poorLanesHint } from '../../chain/lanes/poor-lanes.ts'
import type { RpcPool } from '../../chain/rpc/rpc.ts'
import { createFees } from '../../chain/transactions/fees.ts'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { fetchIdentity } from '../../flow/personal-server-client.ts'
import { createHttpAgent } from '../../http/outbound.ts'
import { requestJson } from '../../http/request-json.ts'
import { endpointLabel } from '../../redaction/endpoint-label.ts'
import { flowsOf } from '../../wallets/lane-amount.ts'
import type { Check, Observation } from './check.ts'

/** The personal server has a key pair for any user, the same each time, whose halves belong together. */
export function identityCheck({ personalServer }: Target, timeoutMs: number): Check {
  return {
    name: 'personal server',
    async look(signal) {
      const dispatcher = createHttpAgent()
      try {
        const user = privateKeyToAddress(generatePrivateKey())
        const ask = () => fetchIdentity(dispatcher, personalServer.url, { user, signal, timeoutMs })
        const startedMs = performance.now()
        const first = await ask()
        const tookMs = Math.round(performance.now() - startedMs)
        const second = await ask()
        const isPair = isHex(first.publicKey) && publicKeyToAddress(first.publicKey) === first.address
        if (!isPair || second.publicKey !== first.publicKey) {
          const found = isPair
            ? 'changes from one request to the next'
            : 'has an address that does not match its key'
          throw new LoadTestError(
            'SERVER_PROTOCOL',
            `The identity of a user on the personal server ${found}.`,
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
export function apiServerCheck(
  rpc: RpcPool,
  { apiServer }: Pick<Target, 'apiServer'>,
  { users, flow, secrets, chain }: LoadTestConfig,
): Check {
  const priceWei = async (signal: AbortSignal): Promise<bigint> => {
    const fees = createFees({
      rpc,
      feed: createBlockFeed({ rpc, pollIntervalMs: chain.pollIntervalMs }),
      baseFeeMultiplier: chain.feeMultiplier,
      maxFeePerGasWei: chain.maxFeePerGasWei,
    })
    return (await fees.current({ signal })).maxFeePerGas
  }
  return {
    name: 'API server',
    async look(signal) {
      const dispatcher = createHttpAgent()
      try {
        const token = secrets.apiServerToken
        const answer = await requestJson(dispatcher, {
          method: 'GET',
          url: `${apiServer.url}/health`,
          service: 'API server',
          signal,
          timeoutMs: flow.requestTimeoutMs,
          headers: token === undefined ? undefined : { authorization: `Bearer ${token}` },
        })
        const health = healthSchema.safeParse(answer)
        if (!health.success) {
          throw new LoadTestError(
            'SERVER_PROTOCOL',
            `The service at ${endpointLabel(apiServer.url)}/health is not an API server.`,
          )
        }
        const { status, relayers, personalServer } = health.data
        const paid = relayers.filter(({ balanceWei }) => BigInt(balanceWei) > 0n)
        const detail = `${status}; ${relayers.length} relayer keys, ${paid.length} of them funded`
        if (!personalServer.reachable) {
          return { verdict: 'warning', detail: `${detail}; it can't reach the personal server` }
        }
        if (flow.submission === 'direct') return { detail }
        const balancesWei = relayers.map(({ balanceWei }) => BigInt(balanceWei))
        return judgeLanes(detail, users, flowsOf(balancesWei, await priceWei(signal)))
      } finally {
        await dispatcher.destroy()
      }
    },
  }
}

/** Whether the lanes can pay for the users of a relayed run, at the most that is offered for gas now. */
function judgeLanes(detail: string, users: number, carried: number): Observation {
  if (carried === 0) {
    const message = 'No relayer key of the API server can pay for a flow, and --submission relayed needs one.'
    throw new LoadTestError('CHAIN_INSUFFICIENT_FUNDS', message, { hint: poorLanesHint })
  }
  if (carried >= users) return { detail: `${detail}, enough for ${users} relayed users` }
  return {
    verdict: 'warning',
    detail: `${detail}, enough for some ${carried} of ${users} relayed users at the price of gas now`,
    hint: `${poorLanesHint} For this run: --users ${users}.`,
  }
}
