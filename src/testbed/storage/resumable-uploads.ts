import { randomBytes } from 'node:crypto'
import type { BodyStore, BodyWriter } from '../emulator/body-store.ts'
import { noSuchUpload } from './storage-errors.ts'
import type { UploadDraft } from './upload-draft.ts'

/** Uploads remembered at a time; the oldest is dropped for a new one. Finished ones stay to be asked again. */
const maxSessions = 50_000

/** An upload in parts. */
export type UploadSession = {
  readonly id: string
  readonly draft: UploadDraft
  /** The object's size as announced at the start. */
  readonly announcedSize: number | undefined
  readonly writer: BodyWriter
  /** The resource of the finished object, for a sender that missed the answer. */
  result: Record<string, unknown> | undefined
  /** The part in flight. The next request of the sender ends it, because the sender has given it up. */
  active: { cancel(): void; settled: Promise<void> } | undefined
}

/** The unfinished and recently finished uploads of one emulator. Their bytes count towards the limit of its bodies. */
export class ResumableUploads {
  readonly #sessions = new Map<string, UploadSession>()
  readonly #bodies: BodyStore

  constructor(bodies: BodyStore) {
    this.#bodies = bodies
  }

  get size(): number {
    return this.#sessions.size
  }

  start(draft: UploadDraft, announcedSize: number | undefined): UploadSession {
    const [oldest] = this.#sessions.values()
    // If its file cannot be deleted now, it goes with the folder when the emulator stops.
    if (oldest !== undefined && this.size >= maxSessions) this.remove(oldest).catch(() => undefined)
    const id = randomBytes(24).toString('base64url')
    const writer = this.#bodies.createWriter()
    const session = { id, draft, announcedSize, writer, result: undefined, active: undefined }
    this.#sessions.set(id, session)
    return session
  }

  /** @throws 404 */
  find(id: string): UploadSession {
    const session = this.#sessions.get(id)
    if (session === undefined) throw noSuchUpload()
    return session
  }

  /** Ends an upload and frees its bytes. */
  async remove(session: UploadSession): Promise<void> {
    this.forget(session)
    await endActivePart(session)
    await session.writer.discard()
  }

  /** Removes an upload whose bytes are already freed. */
  forget({ id }: UploadSession): void {
    this.#sessions.delete(id)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.remove(session)))
  }
}

/** Ends the part in flight and waits until it has let go of the writer. */
export async function endActivePart(session: UploadSession): Promise<void> {
  // A loop, because the first of several waiting requests to continue becomes the active one.
  while (session.active !== undefined) {
    session.active.cancel()
    await session.active.settled
  }
}
