import { accountKeys, type EmulatedServiceAccount } from '../emulator/account-key.ts'
import { createMinuteLimit } from '../emulator/minute-limit.ts'
import {
  createEmulatorBase,
  type EmulatorOptions,
  type RunningEmulator,
  startEmulator,
} from '../emulator/start-emulator.ts'
import { sendDriveError } from './drive-errors.ts'
import { DriveFiles, folderType } from './drive-files.ts'
import type { DriveEmulation } from './emulation.ts'
import { routeDrive } from './route.ts'
import { type RefreshGrant, Tokens } from './tokens.ts'

/** How to run an emulator of Google Drive. */
export type DriveEmulatorOptions = EmulatorOptions & {
  /** Access tokens that never expire. @default [] */
  accessTokens?: readonly string[] | undefined
  /** OAuth clients with refresh tokens. Their access tokens last an hour, as Google's do. @default [] */
  refreshGrants?: readonly RefreshGrant[] | undefined
  /** Service accounts that may sign in. @default [] */
  serviceAccounts?: readonly EmulatedServiceAccount[] | undefined
  /** Folders that exist from the start, in the root folder. @default [] */
  folders?: readonly { id: string; name: string }[] | undefined
  /** Requests to the API in a minute; Google's own limit is 12,000 for each user. @default no limit */
  requestsPerMinute?: number | undefined
  /** Whether files may be shared with anyone. @default true */
  maySharePublicly?: boolean | undefined
  /** Largest file accepted; a larger one is refused with 413. @default 1 GiB */
  maxObjectBytes?: number | undefined
  /** Above this size, a public download begins with a warning page. @default 100 MiB */
  scanLimitBytes?: number | undefined
}

/** A running emulator of the API, the sign-in (`/token`) and public downloads (`/uc`). */
export type DriveEmulator = RunningEmulator<{ files: number }>

/**
 * Starts an emulator of Google Drive: multipart uploads, lists, downloads, deletions, folders, sharing with anyone,
 * access tokens that expire, and public downloads as from `drive.google.com`. Nothing is kept after `stop`.
 *
 * @throws LoadTestError PORT_IN_USE, CONFIG_INVALID for an account's key; the signal's reason
 * @example const emulator = await startDriveEmulator({ accessTokens: ['secret'] })
 */
export async function startDriveEmulator(options: DriveEmulatorOptions): Promise<DriveEmulator> {
  const { accessTokens = [], refreshGrants = [], serviceAccounts = [], folders = [] } = options
  const { maySharePublicly = true, maxObjectBytes = 2 ** 30, scanLimitBytes = 100 * 2 ** 20 } = options
  const base = createEmulatorBase(options)
  const { now } = base
  const files = new DriveFiles(now)
  const emulation: DriveEmulation = {
    ...base,
    files,
    tokens: new Tokens({ accessTokens, refreshGrants, accounts: accountKeys(serviceAccounts) }, now),
    limitRate: createMinuteLimit(options.requestsPerMinute, now),
    maySharePublicly,
    maxObjectBytes,
    scanLimitBytes,
  }
  for (const folder of folders) files.create({ ...folder, mimeType: folderType })
  return await startEmulator(
    base,
    {
      route: (exchange) => routeDrive(emulation, exchange),
      sendError: sendDriveError,
      held: () => ({ files: files.size }),
    },
    options,
  )
}
