import { accountKey } from '../storage/account-key.ts'
import { createBodyStore } from '../storage/body-store.ts'
import { createCounters } from '../storage/counters.ts'
import { createMinuteLimit } from '../storage/minute-limit.ts'
import {
  type EmulatorServerOptions,
  type RunningEmulator,
  startEmulatorServer,
} from '../storage/start-emulator-server.ts'
import { sendDriveError } from './drive-error.ts'
import { createDriveFiles, folderType } from './drive-files.ts'
import type { DriveEmulation } from './emulation.ts'
import { routeDrive } from './route.ts'
import { createTokens, type RefreshGrant } from './tokens.ts'

/** How to run an emulator of Google Drive. */
export type DriveEmulatorOptions = EmulatorServerOptions & {
  /** Access tokens that never end. @default [] */
  accessTokens?: readonly string[]
  /** OAuth clients with refresh tokens. @default [] */
  refreshGrants?: readonly RefreshGrant[]
  /** Service accounts; of a private key in PEM only the public half is kept. @default [] */
  serviceAccounts?: readonly { clientEmail: string; key: string }[]
  /** Folders that are there from the start, in the root folder. @default [] */
  folders?: readonly { id: string; name: string }[]
  /** How long an access token holds that is given out here, in ms. @default one hour, as Google's */
  tokenLifetimeMs?: number
  /** Requests to the API in a minute; Google's own limit is 12,000 for each user. @default any number */
  requestsPerMinute?: number
  /** Whether files may be shared with anyone. @default true */
  maySharePublicly?: boolean
  /** Largest file taken; past it 413. @default 1 GiB */
  maxObjectBytes?: number
  /** Above this size, a public download begins with a warning page. @default 100 MiB */
  scanLimitBytes?: number
  /** Most bytes of files in memory; the rest goes to disk. @default 256 MiB */
  memoryLimitBytes?: number
  /** The clock for dates, tokens and limits. @default the system's */
  now?: () => Date
}

/** A running emulator: of the API, of the sign-in (`/token`) and of what anyone reads (`/uc`). */
export type DriveEmulator = RunningEmulator<{ files: number }>

/**
 * Starts an emulator of Google Drive: multipart uploads, lists, downloads, deletions, folders, permissions, access tokens
 * that end, and what `drive.google.com` answers to anyone. Nothing is kept after `stop`.
 *
 * @throws LoadTestError PORT_IN_USE, CONFIG_INVALID for an account's key; the signal's reason
 * @example const emulator = await startDriveEmulator({ accessTokens: ['secret'] })
 */
export async function startDriveEmulator(options: DriveEmulatorOptions): Promise<DriveEmulator> {
  const { accessTokens = [], refreshGrants = [], serviceAccounts = [], folders = [] } = options
  const { tokenLifetimeMs = 3_600_000, now = () => new Date() } = options
  const bodies = createBodyStore({ memoryLimitBytes: options.memoryLimitBytes ?? 256 * 2 ** 20 })
  const accounts = new Map(
    serviceAccounts.map(({ clientEmail, key }) => [clientEmail, accountKey(clientEmail, key)]),
  )
  const emulation: DriveEmulation = {
    files: createDriveFiles(now),
    tokens: createTokens({ accessTokens, refreshGrants, accounts }, tokenLifetimeMs, now),
    bodies,
    counters: createCounters(),
    limitRate: createMinuteLimit(options.requestsPerMinute, now),
    maySharePublicly: options.maySharePublicly ?? true,
    maxObjectBytes: options.maxObjectBytes ?? 2 ** 30,
    scanLimitBytes: options.scanLimitBytes ?? 100 * 2 ** 20,
  }
  for (const folder of folders) emulation.files.create({ ...folder, mimeType: folderType })
  const server = await startEmulatorServer(
    {
      counters: emulation.counters,
      now,
      route: (exchange) => routeDrive(emulation, exchange),
      sendError: sendDriveError,
    },
    options,
    () => bodies.close(),
  )
  return {
    url: server.url,
    port: server.port,
    stop: server.stop,
    stats: () => ({
      ...emulation.counters,
      files: emulation.files.size,
      memoryBytes: bodies.memoryBytes,
      spilledBytes: bodies.spilledBytes,
      busy: server.busy(),
    }),
  }
}
