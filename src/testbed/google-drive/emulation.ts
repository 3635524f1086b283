import type { BodyStore } from '../storage/body-store.ts'
import type { EmulatorCounters } from '../storage/counters.ts'
import type { DriveFiles } from './drive-files.ts'
import type { Tokens } from './tokens.ts'

/** Everything the handlers of one emulator share. */
export type DriveEmulation = {
  readonly files: DriveFiles
  readonly tokens: Tokens
  readonly bodies: BodyStore
  readonly counters: EmulatorCounters
  /** Counts a request; the seconds to wait when there were too many. */
  readonly limitRate: () => number | undefined
  /** Whether files may be shared with anyone; organisations often forbid it. */
  readonly maySharePublicly: boolean
  /** The largest file taken, in bytes. */
  readonly maxObjectBytes: number
  /** Files above this are downloaded only after a warning that they were not scanned for viruses. */
  readonly scanLimitBytes: number
}
