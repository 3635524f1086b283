import type { EmulatorCounters } from '../storage/counters.ts'
import type { Pins } from './pins.ts'

/** What an API key may be allowed to do. */
export type PinataRight = 'pinFileToIPFS' | 'unpin' | 'pinList'

/** Everything the handlers of one emulator share. */
export type PinataEmulation = {
  readonly pins: Pins
  readonly counters: EmulatorCounters
  /** What each known JWT may do. */
  readonly keys: ReadonlyMap<string, readonly PinataRight[]>
  /** Counts a request; the seconds to wait when there were too many. */
  readonly limitRate: () => number | undefined
  /** The largest file taken, in bytes. */
  readonly maxFileBytes: number
}
