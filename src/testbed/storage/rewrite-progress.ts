import { randomBytes } from 'node:crypto'
import type { ObjectPlace } from './copy-object.ts'
import type { Emulator } from './exchange.ts'
import type { ObjectRecord } from './object-record.ts'
import type { ObjectDraft } from './object-store.ts'
import { invalid } from './service-error.ts'

/** A rewrite that has come so far, and what the object will be like when it is done. */
export type Rewrite = {
  source: ObjectRecord
  to: ObjectPlace
  bytesPerCall: number
  rewritten: number
  draft: ObjectDraft
}

/** The rewrites under way by their tokens, the oldest first. */
export type Rewrites = Map<string, Rewrite>

const unitBytes = 2 ** 20
const maxRewrites = 1000

/**
 * How far a rewrite comes with this call. As in the service only those between storage classes or locations have to move
 * bytes, so only they can take more than one call, and only if a limit is asked for.
 *
 * @param fresh what the object is to be like, by this call; a call that continues another says nothing of it
 * @returns the token for the next call, or what the finished object is to be like
 * @throws 400 for a limit that is no multiple of 1 MiB, or a token of another rewrite
 */
export function continueRewrite(
  { rewrites, store }: Emulator,
  query: URLSearchParams,
  source: ObjectRecord,
  to: ObjectPlace,
  fresh: ObjectDraft,
): {
  rewriteToken?: string
  totalBytesRewritten: string
  objectSize: string
  done: boolean
  draft: ObjectDraft
} {
  const limit = query.get('maxBytesRewrittenPerCall')
  if (limit !== null && (!/^\d{1,15}$/.test(limit) || Number(limit) % unitBytes !== 0 || Number(limit) === 0))
    throw invalid('The maxBytesRewrittenPerCall must be an integral multiple of 1MiB (1048576).')
  const token = query.get('rewriteToken')
  const before = token === null ? undefined : rewrites.get(token)
  if (token !== null && !isSame(before, source, to, limit)) throw invalid('Invalid rewrite token.')
  const size = source.body.size
  const locationOf = (name: string) => store.bucket(name).settings.location ?? 'US'
  const moves =
    (fresh.storageClass ?? 'STANDARD') !== (source.storageClass ?? 'STANDARD') ||
    locationOf(source.bucket) !== locationOf(to.bucket)
  const rewrite = before ?? {
    source,
    to,
    bytesPerCall: limit === null || !moves ? Number.POSITIVE_INFINITY : Number(limit),
    rewritten: 0,
    draft: fresh,
  }
  if (token !== null) rewrites.delete(token)
  const rewritten = Math.min(size, rewrite.rewritten + rewrite.bytesPerCall)
  const answer = { totalBytesRewritten: String(rewritten), objectSize: String(size), draft: rewrite.draft }
  if (rewritten === size) return { ...answer, done: true }
  const rewriteToken = randomBytes(48).toString('base64url')
  rewrites.set(rewriteToken, { ...rewrite, rewritten })
  for (const oldest of rewrites.keys()) {
    if (rewrites.size <= maxRewrites) break
    rewrites.delete(oldest)
  }
  return { ...answer, done: false, rewriteToken }
}

function isSame(
  rewrite: Rewrite | undefined,
  source: ObjectRecord,
  to: ObjectPlace,
  limit: string | null,
): rewrite is Rewrite {
  if (rewrite === undefined || rewrite.source !== source) return false
  if (rewrite.to.bucket !== to.bucket || rewrite.to.name !== to.name) return false
  // The client leaves the limit out when it goes on; another one is a mistake.
  return limit === null || Number(limit) === rewrite.bytesPerCall
}
