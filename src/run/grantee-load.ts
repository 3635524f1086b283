import { readGrantee } from '../chain/permissions/read-grantee.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { forecastGrantees, readablePermissions, safePermissions } from '../config/grantee-capacity.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import { granteesOf } from '../flow/grantee-pool.ts'
import type { Warning } from '../results/summary-schema.ts'

/** How full the grantees of a run become. */
export type GranteeLoad = {
  /** Counts a permission that the run has added. */
  granted(): void
  /** What there is to say at the end. */
  warnings(): Warning[]
}

/**
 * Watches how many permissions the run's grantees have: personal servers can't read one that has too many. It notes that
 * before the first user when the users will fill one, and once during the run when they do.
 *
 * @throws LoadTestError CONFIG_INVALID when the target has fewer grantees than the run asks for; the signal's reason
 */
export async function watchGrantees(options: {
  config: Pick<LoadTestConfig, 'users' | 'flow' | 'load'>
  target: Pick<Target, 'chain' | 'grantee' | 'moreGrantees'>
  rpc: RpcPool
  note: (text: string) => void
  signal: AbortSignal
}): Promise<GranteeLoad> {
  const { config, target, rpc, note, signal } = options
  const { grantees } = config.flow
  const held = await readMost(rpc, target, { count: grantees, signal })
  const forecast = forecastGrantees(config.users, grantees, held.permissions)
  if (held.unread !== undefined) note(held.unread)
  // That the users alone are too many was said before.
  else if (forecast !== undefined && held.permissions > 0) note(forecast)

  let added = 0
  let isNear = held.unread !== undefined
  /** Permissions of the fullest grantee, including what the other parts of a split run add meanwhile. */
  const most = (): number => held.permissions + Math.ceil((added * config.load.part.count) / grantees)
  const message = (): string =>
    held.unread ??
    `The fullest of ${grantees} grantees has some ${most().toLocaleString('en-US')} permissions, ` +
      `${held.permissions.toLocaleString('en-US')} of them from before: near ` +
      `${readablePermissions.toLocaleString('en-US')} personal servers can't read it any more.`
  return {
    granted() {
      added++
      if (isNear || most() < safePermissions) return
      isNear = true
      note(message())
    },
    warnings: () =>
      isNear
        ? [
            {
              code: 'GRANTEE_FULL',
              message: message(),
              hint: 'Spread the users over more grantees with --grantees, or use fresh ones.',
            },
          ]
        : [],
  }
}

/** The permissions of the fullest grantee, or a note on one that can't be read: flows will show what is wrong with it. */
async function readMost(
  rpc: RpcPool,
  target: Pick<Target, 'chain' | 'grantee' | 'moreGrantees'>,
  { count, signal }: { count: number; signal: AbortSignal },
): Promise<{ permissions: number; unread?: string | undefined }> {
  let permissions = 0
  for (const { id } of granteesOf(target, count)) {
    try {
      const record = await readGrantee(rpc, { contract: target.chain.contracts.grantees, id, signal })
      permissions = Math.max(permissions, record.permissions)
    } catch (error) {
      signal.throwIfAborted()
      const reason = error instanceof Error ? error.message : String(error)
      return {
        permissions,
        unread: `The record of grantee ${id} can't be read, as personal servers do: ${reason}`,
      }
    }
  }
  return { permissions }
}
