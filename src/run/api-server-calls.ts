import { z } from 'zod'
import { type RpcCalls, type RpcTotals, rpcSince } from '../metrics/rpc-totals.ts'
import { endpointLabel } from '../redaction/endpoint-label.ts'
import { endpointSchema } from '../results/measurements-schema.ts'

const pageSchema = z.object({
  rpc: z.object({
    total: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    byMethod: z.record(z.string(), z.int().nonnegative()),
  }),
  endpoints: z.array(endpointSchema.extend({ label: z.string() })),
})

/** What an API server asks of the chain during a run, see {@link createApiServerCalls}. */
export type ApiServerCalls = {
  /** Takes in its metrics page; one that tells nothing of RPC calls changes nothing. */
  observe(page: unknown): void
  /** What was asked from the first page to the last; `null` before the first that tells. */
  read(): RpcCalls | null
}

/**
 * Makes the account of what an API server, the relayer, asks of its own RPC endpoints.
 *
 * @example const calls = createApiServerCalls(); calls.observe(page); calls.read()?.byEndpoint
 */
export function createApiServerCalls(): ApiServerCalls {
  let first: RpcTotals | undefined
  let last: RpcTotals | undefined
  return {
    observe(page) {
      const parsed = pageSchema.safeParse(page)
      if (!parsed.success) return
      const now = toTotals(parsed.data)
      // A server that was started again counts from 0.
      if (first === undefined || now.calls < (last?.calls ?? 0))
        first = last === undefined ? now : noneOf(now)
      last = now
    },
    read() {
      if (first === undefined || last === undefined) return null
      const { clockAheadMs: _, ...calls } = rpcSince(first, last)
      return calls
    },
  }
}

function toTotals({ rpc, endpoints }: z.output<typeof pageSchema>): RpcTotals {
  const byEndpoint = Object.fromEntries(endpoints.map(({ label, ...totals }) => [safeLabel(label), totals]))
  return { calls: rpc.total, failed: rpc.failed, byMethod: rpc.byMethod, byEndpoint, clockAheadMs: null }
}

const noneOf = (totals: RpcTotals): RpcTotals => ({
  ...totals,
  calls: 0,
  failed: 0,
  byMethod: {},
  byEndpoint: {},
})

/** The server leaves keys out of its labels, and this does not depend on that. */
function safeLabel(label: string): string {
  const [, url = label, ordinal = ''] = /^(.*?)( \(\d+\))?$/.exec(label) ?? []
  return endpointLabel(url) + ordinal
}
