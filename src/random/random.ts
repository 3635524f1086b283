import { createHash } from 'node:crypto'

/** A stream of pseudo-random numbers in [0, 1), reproducible from its seed. */
export type Random = () => number

/**
 * Makes the random stream of a seed and a path of labels.
 *
 * Streams with different labels are independent of each other and of the order in which they are read. What happens to user
 * 17 thus depends only on the seed and 17, on every machine. The generator is sfc32, keyed by SHA-256.
 *
 * @example const random = createRandom('run-7', 'arrivals')
 */
export function createRandom(seed: string, ...labels: readonly (string | number)[]): Random {
  const digest = createHash('sha256')
    .update([seed, ...labels].join('\u0000'))
    .digest()
  let a = digest.readUInt32LE(0)
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let counter = digest.readUInt32LE(12)
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 4_294_967_296
  }
}

/**
 * Draws from the exponential distribution with mean 1. The result is finite, since the stream never yields exactly 1.
 */
export function exponential(random: Random): number {
  return -Math.log1p(-random())
}
