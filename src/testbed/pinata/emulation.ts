import type { EmulatorBase } from '../emulator/start-emulator.ts'
import type { Pins } from './pins.ts'

/** What an API key may be allowed to do. */
export type PinataRight = 'pinFileToIPFS' | 'unpin' | 'pinList'

/** What the handlers of one Pinata emulator share. */
export type PinataEmulation = EmulatorBase & {
  readonly pins: Pins
  /** The rights of each known JWT. */
  readonly keys: ReadonlyMap<string, readonly PinataRight[]>
  /** Counts a request; returns the seconds to wait once the rate limit is exceeded. */
  readonly limitRate: () => number | undefined
  /** The largest file accepted, in bytes. */
  readonly maxFileBytes: number
}
