import { raceAbort } from '../async/race-abort.ts'
import { processRedactor } from '../redaction/process-redactor.ts'
import type { GrantedToken } from './google-sign-in.ts'

/** Access tokens that hold. */
export type AccessTokens = {
  /** A token that holds for a while yet. Throws LoadTestError `STORAGE_*`, the signal's reason. */
  get(signal: AbortSignal | undefined): Promise<string>
  /** Never gives this token again: the service no longer takes it. */
  forget(token: string): void
  /** Gives up what is under way. */
  close(): void
}

/** A token is renewed in the background this long before its end, and waited for this long before it; or a share of its life. */
const early = { renewMs: 5 * 60_000, renewShare: 0.2, wantingMs: 30_000, wantingShare: 0.1 }
/** Between two tries in the background. */
const pauseMs = 5_000

/**
 * Keeps one access token for all flows: whoever comes when there is none asks for it, and everybody else who comes
 * meanwhile waits for that one answer. A failure is told to those who wait and not kept.
 *
 * @param ask its signal aborts on {@link AccessTokens.close} only: no flow may take the answer from the others
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
      // The old one still holds: whoever comes when it no longer does is told what is wrong.
      if (nowMs >= held.renewsMs && nowMs >= triedMs + pauseMs) renewOnce().catch(() => undefined)
      return held.token
    },
    forget(token) {
      if (held?.token === token) held = undefined
    },
    close: () => closed.abort(new Error('The storage was closed.')),
  }
}
