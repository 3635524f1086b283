import type { Dispatcher } from 'undici'
import { type Address, formatEther } from 'viem'
import { z } from 'zod'
import { systemClock } from '../async/clock.ts'
import { readTransactionCount } from '../chain/rpc/chain-reads.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import { createHttpAgent } from '../http/outbound.ts'
import { requestJson } from '../http/request-json.ts'
import { type Money, noMoney } from '../results/money-balance.ts'
import { readBalances } from '../wallets/read-balances.ts'

/** The money of a relayed run: what the lanes of the API server had, what they paid, and what they have left. */
export type RelayerMoney = {
  flowEnded(record: Pick<FlowRecord, 'tx' | 'error'>): void
  /** Waits until no transaction of the lanes is in flight, and says where their money went. */
  settle(): Promise<Money>
}

const wei = z.string().regex(/^\d+$/).transform(BigInt)
/** The page of an API server of this program. */
const pageSchema = z.object({
  requests: z.object({ active: z.number() }),
  lanes: z.array(z.object({ address: z.custom<Address>(), sent: z.number() })).min(1),
  spending: z.object({ spentWei: wei, transactions: z.number(), open: z.number() }),
})
type Page = z.output<typeof pageSchema>

/** What the lanes had and had sent at one moment, by the chain and by the API server. */
type Standing = { page: Page; balanceWei: bigint; nonces: number }

/** How long to wait for transactions in flight, before the first user and after the last, in milliseconds. */
const patienceMs = { before: 5_000, after: 60_000 }
const lookEveryMs = 250

/**
 * Opens the account of a relayed run, before its first user. The chain has the lanes' balances, before and after; the API server
 * what they paid in between, by the receipts of all that they sent. Where one of them can't be asked, or others use the lanes
 * too, the account gives that as the reason.
 */
export async function openRelayerMoney(options: {
  target: Pick<Target, 'apiServer' | 'metricsUrls' | 'chain'>
  connection: Pick<TargetConnection, 'rpc' | 'feed'>
  /** Bearer token of the API server, sent to no other host; secret. */
  token: string | undefined
  signal: AbortSignal
  /** Aborted when nothing is to be waited for any more. */
  forced: AbortSignal
}): Promise<RelayerMoney> {
  const { target, connection, token, signal, forced } = options
  const url = target.metricsUrls?.apiServer ?? `${target.apiServer.url}/__metrics`
  const isApiServer = new URL(url).origin === new URL(target.apiServer.url).origin
  const headers = isApiServer && token !== undefined ? { authorization: `Bearer ${token}` } : {}
  const ended = { relayed: 0, perhaps: 0 }

  async function readPage(agent: Dispatcher, abort: AbortSignal): Promise<Page | undefined> {
    try {
      const answer = await requestJson(agent, {
        method: 'GET',
        url,
        headers,
        signal: abort,
        timeoutMs: 5_000,
        service: 'metrics page',
      })
      return pageSchema.safeParse(answer).data
    } catch {
      abort.throwIfAborted()
      return undefined
    }
  }

  /** The standing when nothing is in flight, or the reason why there is none. */
  async function stand(moment: 'before' | 'after', abort: AbortSignal): Promise<Standing | string> {
    const agent = createHttpAgent({ connections: 1 })
    try {
      const untilMs = systemClock.now() + patienceMs[moment]
      for (;;) {
        const page = await readPage(agent, abort)
        if (page === undefined) return 'the API server does not tell what its lanes spend'
        // Its own answer to this is one of the active.
        if (page.spending.open === 0 && page.requests.active <= 1)
          return { page, ...(await readLanes(page, abort)) }
        if (systemClock.now() > untilMs) {
          const { open } = page.spending
          if (open === 0) return `the API server was busy with other requests ${moment} the run`
          return `${open} transactions of the API server's lanes were in no block ${moment} the run`
        }
        await systemClock.sleepUntil(systemClock.now() + lookEveryMs, abort)
      }
    } finally {
      await agent.close()
    }
  }

  async function readLanes({ lanes }: Page, abort: AbortSignal): Promise<Omit<Standing, 'page'>> {
    const { rpc, feed } = connection
    const addresses = lanes.map(({ address }) => address)
    const { number: sinceBlock } = await feed.head({ signal: abort, maxAgeMs: 0 })
    const [balances, nonces] = await Promise.all([
      readBalances(rpc, addresses, { sinceBlock, signal: abort }),
      Promise.all(addresses.map((address) => readTransactionCount(rpc, address, { signal: abort }))),
    ])
    const sum = balances.reduce((total, balance) => total + balance, 0n)
    return { balanceWei: sum, nonces: nonces.reduce((total, nonce) => total + nonce, 0) }
  }

  /** A run goes on without its account. */
  async function standOrReason(moment: 'before' | 'after', abort: AbortSignal): Promise<Standing | string> {
    try {
      return await stand(moment, abort)
    } catch (error) {
      abort.throwIfAborted()
      if (!(error instanceof LoadTestError)) throw error
      return `the chain could not be asked ${moment} the run: ${error.message}`
    }
  }

  const before = await standOrReason('before', signal)
  return {
    flowEnded({ tx, error }) {
      if (tx) ended.relayed += 1
      else if (error !== null) ended.perhaps += 1
    },
    async settle() {
      try {
        if (typeof before === 'string') return unknown(before)
        const after = await standOrReason('after', forced)
        return typeof after === 'string' ? unknown(after) : balance(before, after, ended)
      } catch (error) {
        if (!forced.aborted) throw error
        return unknown('the run was stopped at once')
      }
    },
  }
}

const unknown = (reason: string): Money => ({ ...noMoney, payer: 'relayer', unknownBecause: reason })

/** Where the lanes' money went between two moments at which nothing was in flight. */
export function balance(
  before: Standing,
  after: Standing,
  ended: { relayed: number; perhaps: number },
): Money {
  const addresses = ({ page }: Standing): string => page.lanes.map(({ address }) => address).join()
  const sent = ({ page }: Standing): number => page.lanes.reduce((sum, lane) => sum + lane.sent, 0)
  if (addresses(before) !== addresses(after))
    return unknown('the API server was started anew with other lanes')
  const receipted = after.page.spending.transactions - before.page.spending.transactions
  if (receipted < 0) return unknown('the API server was started anew')
  const counted = after.nonces - before.nonces
  if (counted !== receipted) {
    return unknown(
      `others send with the lanes too: ${counted} transactions were sent, ${receipted} of them by the API server`,
    )
  }
  if (sent(after) - sent(before) > ended.relayed + ended.perhaps) {
    return unknown('the API server relayed for others than this run, too')
  }
  const spentWei = after.page.spending.spentWei - before.page.spending.spentWei
  const receivedWei = after.balanceWei + spentWei - before.balanceWei
  if (receivedWei > 0n)
    return unknown(`the lanes have received ${formatEther(receivedWei)} VANA during the run`)
  return {
    fundedWei: String(before.balanceWei),
    spentWei: String(spentWei),
    sweptWei: '0',
    leftWei: String(after.balanceWei),
    payer: 'relayer',
  }
}
