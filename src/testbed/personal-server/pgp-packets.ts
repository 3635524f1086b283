/** One packet of an OpenPGP message, by its header alone. */
export type PgpPacket = {
  /** 3 symmetric-key encrypted session key, 9 and 18 encrypted data, ... (RFC 4880, 4.3). */
  tag: number
  /** Offset of the first byte after the header. */
  start: number
  /** Offset after the last byte, as the header says it; null when it runs on to the end of the data. */
  end: number | null
}

/**
 * Walks the packet headers of a binary OpenPGP message, as far as they can be read.
 *
 * @example pgpPackets(bytes).map((packet) => packet.tag) // [3, 18]
 */
export function pgpPackets(bytes: Uint8Array): PgpPacket[] {
  const packets: PgpPacket[] = []
  let offset = 0
  while (offset < bytes.length) {
    const first = bytes[offset] ?? 0
    if ((first & 0x80) === 0) break
    const packet = (first & 0x40) === 0 ? oldPacket(bytes, offset) : newPacket(bytes, offset)
    if (packet === undefined) break
    packets.push(packet)
    if (packet.end === null) break
    offset = packet.end
  }
  return packets
}

function oldPacket(bytes: Uint8Array, offset: number): PgpPacket | undefined {
  const first = bytes[offset] ?? 0
  const tag = (first >> 2) & 0x0f
  const lengthBytes = [1, 2, 4][first & 0x03]
  if (lengthBytes === undefined) return { tag, start: offset + 1, end: null }
  const start = offset + 1 + lengthBytes
  if (start > bytes.length) return undefined
  let length = 0
  for (const byte of bytes.subarray(offset + 1, start)) length = length * 256 + byte
  return { tag, start, end: start + length }
}

function newPacket(bytes: Uint8Array, offset: number): PgpPacket | undefined {
  const tag = (bytes[offset] ?? 0) & 0x3f
  let at = offset + 1
  let start: number | undefined
  for (;;) {
    const first = bytes[at]
    if (first === undefined) return undefined
    if (first >= 224 && first < 255) {
      // A partial length: 2^n bytes, then another length.
      start ??= at + 1
      at += 1 + 2 ** (first & 0x1f)
      if (at >= bytes.length) return { tag, start, end: at }
      continue
    }
    if (first < 192) return { tag, start: start ?? at + 1, end: at + 1 + first }
    const extra = first === 255 ? 4 : 1
    if (at + extra >= bytes.length) return undefined
    start ??= at + 1 + extra
    if (extra === 1) {
      return { tag, start, end: at + 2 + (first - 192) * 256 + (bytes[at + 1] ?? 0) + 192 }
    }
    let length = 0
    for (const byte of bytes.subarray(at + 1, at + 5)) length = length * 256 + byte
    return { tag, start, end: at + 5 + length }
  }
}
