import type { EmulatorBase } from '../emulator/start-emulator.ts'
import type { DriveFiles } from './drive-files.ts'
import type { Tokens } from './tokens.ts'

/** What the handlers of one Google Drive emulator share. */
export type DriveEmulation = EmulatorBase & {
  readonly files: DriveFiles
  readonly tokens: Tokens
  /** Counts a request; returns the seconds to wait once the rate limit is exceeded. */
  readonly limitRate: () => number | undefined
  /** Whether files may be shared with anyone; organisations often forbid it. */
  readonly maySharePublicly: boolean
  /** The largest file accepted, in bytes. */
  readonly maxObjectBytes: number
  /** Larger files are downloaded only after a warning that they were not scanned for viruses. */
  readonly scanLimitBytes: number
}
