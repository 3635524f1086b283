import { randomBytes } from 'node:crypto'
import type { BodyStore, BodyWriter } from './body-store.ts'
import type { AnnouncedChecksums } from './checksums.ts'
import type { ObjectDraft } from './object-store.ts'
import type { Preconditions } from './preconditions.ts'
import { noSuchUpload, uploadExpired } from './service-error.ts'

/** Parts other than the last are kept in multiples of this many bytes. */
export const partUnitBytes = 256 * 1024

/** More than this are not remembered, oldest first; finished ones are kept only to be asked again. */
const maxSessions = 50_000

/** The service forgets unfinished uploads after a week. */
const lifetimeMs = 7 * 24 * 3600 * 1000

/** An upload that comes in parts. */
export type UploadSession = {
  readonly id: string
  readonly bucket: string
  readonly name: string
  readonly draft: ObjectDraft
  readonly preconditions: Preconditions
  readonly announced: AnnouncedChecksums
  /** Size announced at the start. */
  readonly announcedSize: number | undefined
  readonly startedAt: Date
  readonly writer: BodyWriter
  /** The resource of the object once it is complete: whoever asks again is answered from here. */
  result: Record<string, unknown> | undefined
  /** The part under way: ended by its successor, because a sender that comes back has given it up. */
  active: { cancel(): void; settled: Promise<void> } | undefined
}

/** The unfinished (and just finished) uploads of one emulator. */
export type ResumableUploads = {
  readonly size: number
  start(details: Omit<UploadSession, 'id' | 'startedAt' | 'writer' | 'result' | 'active'>): UploadSession
  /** Throws 404 when there is none, 410 when it has just become too old. */
  find(id: string | null): UploadSession
  /** Ends an upload and frees its bytes. */
  remove(session: UploadSession): Promise<void>
  /** Removes an upload whose bytes are gone already. */
  forget(session: UploadSession): void
  close(): Promise<void>
}

/** Ends the part under way and waits until it has let go of the writer. */
export async function endActivePart(session: UploadSession): Promise<void> {
  // A loop, because of several that wait here the first to wake up becomes the active one.
  while (session.active !== undefined) {
    session.active.cancel()
    await session.active.settled
  }
}

/** Creates the list of uploads; their bytes go to `bodies`, so they count towards its limit. */
export function createResumableUploads(bodies: BodyStore, now: () => Date): ResumableUploads {
  const sessions = new Map<string, UploadSession>()

  async function remove(session: UploadSession): Promise<void> {
    sessions.delete(session.id)
    await endActivePart(session)
    await session.writer.discard()
  }

  function dropOld(): void {
    for (const session of sessions.values()) {
      // Insertion order is age order, so the first young one ends the search.
      const young = now().getTime() - session.startedAt.getTime() <= lifetimeMs
      if (young && sessions.size < maxSessions) return
      // Should its file resist, it goes with the folder when the emulator stops.
      remove(session).catch(() => undefined)
    }
  }

  return {
    get size() {
      return sessions.size
    },
    start(details) {
      dropOld()
      const id = randomBytes(24).toString('base64url')
      const session: UploadSession = {
        ...details,
        id,
        startedAt: now(),
        writer: bodies.createWriter(),
        result: undefined,
        active: undefined,
      }
      sessions.set(id, session)
      return session
    },
    find(id) {
      const session = sessions.get(id ?? '')
      dropOld()
      if (session === undefined) throw noSuchUpload()
      if (!sessions.has(session.id)) throw uploadExpired()
      return session
    },
    remove,
    forget: (session) => void sessions.delete(session.id),
    async close() {
      await Promise.all([...sessions.values()].map(remove))
    },
  }
}
