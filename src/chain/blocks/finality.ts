/** A moment of a chain: its newest block, and this machine's monotonic clock. */
export type Sighting = { block: number; atMs: number }

/** Backends of one endpoint differ by a block or two, and a node knows a count before the receipt by some milliseconds. */
const finalAfterBlocks = 6
/** For chains that make no blocks while nothing happens. */
const finalAfterMs = 30_000

/**
 * Whether what was seen at one moment, and has been seen ever since, may be acted on: what only looked so because two
 * answers came from different states of the chain would have changed by now.
 *
 * @example if (isFinal(refusedSince, { block: head.number, atMs: clock.now() })) giveUp()
 */
export const isFinal = (since: Sighting, now: Sighting): boolean =>
  now.block - since.block >= finalAfterBlocks || now.atMs - since.atMs >= finalAfterMs
