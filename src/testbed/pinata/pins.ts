import { randomUUID } from 'node:crypto'
import { ipfsFile, parseCid } from '../../crypto/ipfs-cid.ts'
import type { BodyStore } from '../storage/body-store.ts'
import type { StoredBody } from '../storage/stored-body.ts'

/** What an account has pinned. */
export type Pin = {
  id: string
  cid: string
  /** Bytes of all blocks. */
  size: number
  pinnedAt: Date
  name: string | null
  keyvalues: Record<string, unknown> | null
  contentType: string
  body: StoredBody
}

/** What is said of a file along with its bytes. */
export type PinDescription = Pick<Pin, 'name' | 'keyvalues' | 'contentType'> & { cidVersion: 0 | 1 }

/** The files of one account on IPFS, by content. */
export type Pins = {
  readonly size: number
  /** Pins a file; one whose content is pinned already stays as it was. */
  add(bytes: Buffer, description: PinDescription): Promise<{ pin: Pin; isDuplicate: boolean }>
  /** Finds a file by its content id, in whichever version that is written. */
  find(cid: string): Pin | undefined
  /** Lets a file go; false when it was not pinned. */
  remove(cid: string): boolean
  /** All pins, the latest first. */
  latestFirst(): Pin[]
}

/** Makes the pins of an account that has none yet. */
export function createPins(bodies: BodyStore, now: () => Date): Pins {
  const pins = new Map<string, Pin>()

  return {
    get size() {
      return pins.size
    },
    async add(bytes, { cidVersion, ...description }) {
      const { cid, dagBytes: size } = ipfsFile(bytes, cidVersion)
      const known = pins.get(contentOf(cid))
      if (known !== undefined) return { pin: known, isDuplicate: true }
      const writer = bodies.createWriter()
      await writer.write(bytes)
      const body = await writer.finish()
      const pin = { id: randomUUID(), cid, size, pinnedAt: now(), body, ...description }
      const meanwhile = pins.get(contentOf(cid))
      if (meanwhile !== undefined) {
        body.release()
        return { pin: meanwhile, isDuplicate: true }
      }
      pins.set(contentOf(cid), pin)
      return { pin, isDuplicate: false }
    },
    find: (cid) => pins.get(contentOf(cid)),
    remove(cid) {
      const pin = pins.get(contentOf(cid))
      pin?.body.release()
      return pins.delete(contentOf(cid))
    },
    latestFirst: () => [...pins.values()].reverse(),
  }
}

/** Content ids of both versions share codec and hash. */
function contentOf(cid: string): string {
  return parseCid(cid)?.toV1().toString() ?? ''
}
