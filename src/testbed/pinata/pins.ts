import { randomUUID } from 'node:crypto'
import { ipfsFile, parseCid } from '../../crypto/ipfs-cid.ts'
import type { BodyStore } from '../emulator/body-store.ts'
import type { StoredBody } from '../emulator/stored-body.ts'

/** A pinned file. */
export type Pin = {
  id: string
  cid: string
  /** Bytes of all blocks. */
  size: number
  pinnedAt: Date
  name: string
  keyvalues: Record<string, unknown> | null
  contentType: string
  body: StoredBody
}

/** The description of a file that comes with its bytes. */
export type PinDescription = Pick<Pin, 'name' | 'keyvalues' | 'contentType'> & { cidVersion: 0 | 1 }

/** The files of one account on IPFS, by content. */
export class Pins {
  readonly #pins = new Map<string, Pin>()
  readonly #bodies: BodyStore
  readonly #now: () => Date

  constructor(bodies: BodyStore, now: () => Date) {
    this.#bodies = bodies
    this.#now = now
  }

  get size(): number {
    return this.#pins.size
  }

  /** Pins a file. One whose content is already pinned keeps its description. */
  async add(bytes: Buffer, description: PinDescription): Promise<{ pin: Pin; isDuplicate: boolean }> {
    const { cidVersion, ...rest } = description
    const { cid, dagBytes: size } = ipfsFile(bytes, cidVersion)
    const writer = this.#bodies.createWriter()
    await writer.write(bytes)
    const body = await writer.finish()
    const known = this.find(cid)
    if (known !== undefined) {
      body.release()
      return { pin: known, isDuplicate: true }
    }
    const pin = { id: randomUUID(), cid, size, pinnedAt: this.#now(), body, ...rest }
    this.#pins.set(contentKey(cid), pin)
    return { pin, isDuplicate: false }
  }

  /** Finds a file by its content id, written in either version. */
  find(cid: string): Pin | undefined {
    return this.#pins.get(contentKey(cid))
  }

  /** Unpins a file; false when it was not pinned. */
  remove(cid: string): boolean {
    this.find(cid)?.body.release()
    return this.#pins.delete(contentKey(cid))
  }

  /** Returns all pins, the latest first. */
  latestFirst(): Pin[] {
    return [...this.#pins.values()].reverse()
  }
}

/** Content ids of both versions share codec and hash. */
function contentKey(cid: string): string {
  return parseCid(cid)?.toV1().toString() ?? ''
}
