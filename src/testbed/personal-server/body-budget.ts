import type { IncomingMessage } from 'node:http'

/** The body of a request, or `tooLarge` and no bytes. */
export type HeldBody = {
  bytes: Buffer
  tooLarge: boolean
  /** Gives the memory back to the budget: to be called once the request is answered. */
  release(): void
}

/** Reads the body of a request. @throws when the client goes away */
export type TakeBody = (incoming: IncomingMessage) => Promise<HeldBody>

/** Of all bodies together, as a multiple of what one may have. */
const bodiesAtOnce = 16
/** Not counted of any body, so that large ones never keep an ordinary request from being served. */
const freeBytes = 65_536

/**
 * Makes the reader of bodies, which bounds the memory that clients can take: by what one body may have, and by sixteen
 * times that for all that are being read, waiting or handled, less the first 64 KiB of each. A body that is too large is
 * read to its end all the same, and thrown away, so that its sender can be told.
 *
 * @param maxBodyBytes greatest body, in bytes
 * @example const body = await createBodyBudget(16_777_216)(incoming)
 */
export function createBodyBudget(maxBodyBytes: number): TakeBody {
  let heldBytes = 0
  return async (incoming) => {
    let pieces: Uint8Array[] = []
    let size = 0
    let counted = 0
    let tooLarge = false
    const release = (): void => {
      heldBytes -= counted
      counted = 0
    }
    const hold = (piece: Uint8Array): void => {
      size += piece.length
      const more = Math.max(0, size - freeBytes) - counted
      tooLarge = size > maxBodyBytes || heldBytes + more > maxBodyBytes * bodiesAtOnce
      if (tooLarge) {
        pieces = []
        release()
        return
      }
      pieces.push(piece)
      counted += more
      heldBytes += more
    }
    try {
      for await (const piece of incoming) if (!tooLarge) hold(piece)
    } catch (error) {
      release()
      throw error
    }
    return { bytes: Buffer.concat(pieces), tooLarge, release }
  }
}
