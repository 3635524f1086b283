/** A set of wallets' numbers at one bit each: a million of them take 125 kB wherever they begin. */
export type IndexSet = {
  add(index: number): void
  has(index: number): boolean
  readonly size: number
}

const pageBits = 8192

/** Makes an empty {@link IndexSet}. */
export function createIndexSet(): IndexSet {
  const pages = new Map<number, Uint8Array>()
  let size = 0
  const has = (index: number): boolean => {
    const byte = pages.get(Math.floor(index / pageBits))?.[(index % pageBits) >> 3] ?? 0
    return ((byte >> (index & 7)) & 1) === 1
  }
  return {
    add(index) {
      if (has(index)) return
      const number = Math.floor(index / pageBits)
      const page = pages.get(number) ?? new Uint8Array(pageBits / 8)
      pages.set(number, page)
      const at = (index % pageBits) >> 3
      page[at] = (page[at] ?? 0) | (1 << (index & 7))
      size += 1
    },
    has,
    get size() {
      return size
    },
  }
}
