import { raceAbort } from '../async/race-abort.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import type { GrantedToken } from './google-sign-in.ts'

/** The current access token of an account. */
export type AccessTokens = {
  /** Returns a token that stays valid for a while. Throws LoadTestError `STORAGE_*`, the signal's reason. */
  get(signal: AbortSignal | undefined): Promise<string>
  /** Drops a token that the service no longer accepts. */
  forget(token: string): void
  /** Cancels a request in flight. */
  close(): void
}

/** How long before its expiry, or with what share of its life left, a token is renewed in the background or waited for. */
const early = { renewMs: 5 * 60_000, renewShare: 0.2, wantingMs: 30_000, wantingShare: 0.1 }
/** Pause between two attempts in the background. */
const pauseMs = 5_000

/**
 * Keeps one access token for all flows. The first caller without a token requests one, and later callers wait for the
 * same answer. Its failure rejects every waiting caller, and is not kept.
 *
 * @param ask requests a token; its signal aborts only on {@link AccessTokens.close}, so that no flow can cancel it for the others
 * @param now monotonic, in ms
 */
export function createAccessTokens(
  ask: (signal: AbortSignal) => Promise<GrantedToken>,
  now: () => number = () => performance.now(),
): AccessTokens {
  const closed = new AbortController()
  let held: { token: string; renewsMs: number; wantingMs: number } | undefined
  let triedMs = Number.NEGATIVE_INFINITY
  let asking: Promise<string> | undefined

  async function renew(): Promise<string> {
    triedMs = now()
    const { token, lifetimeMs } = await ask(closed.signal)
    processRedactor.register(token)
    const endsMs = triedMs + lifetimeMs
    held = {
      token,
      renewsMs: endsMs - Math.min(early.renewMs, lifetimeMs * early.renewShare),
      wantingMs: endsMs - Math.min(early.wantingMs, lifetimeMs * early.wantingShare),
    }
    return token
  }

  function renewOnce(): Promise<string> {
    asking ??= renew().finally(() => {
      asking = undefined
    })
    return asking
  }

  return {
    async get(signal) {
      const nowMs = now()
      if (held === undefined || nowMs >= held.wantingMs) return await raceAbort(renewOnce(), signal)
      // The old token is still valid. If renewing fails until it expires, the next caller gets the error.
      if (nowMs >= held.renewsMs && nowMs >= triedMs + pauseMs) renewOnce().catch(() => undefined)
      return held.token
    },
    forget(token) {
      if (held?.token === token) held = undefined
    },
    close: () => closed.abort(new Error('The storage was closed.')),
  }
}
