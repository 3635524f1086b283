import { createBodyStore } from '../storage/body-store.ts'
import { createCounters } from '../storage/counters.ts'
import { createMinuteLimit } from '../storage/minute-limit.ts'
import {
  type EmulatorServerOptions,
  type RunningEmulator,
  startEmulatorServer,
} from '../storage/start-emulator-server.ts'
import type { PinataEmulation, PinataRight } from './emulation.ts'
import { sendPinataError } from './pinata-error.ts'
import { createPins } from './pins.ts'
import { routePinata } from './route.ts'

/** How to run an emulator of Pinata. */
export type PinataEmulatorOptions = EmulatorServerOptions & {
  /** Keys of the one account there is. */
  keys: readonly PinataKey[]
  /** Requests to the API in a minute; Pinata's own limit is 180. @default any number */
  requestsPerMinute?: number
  /** Largest file taken; past it 413. @default 100 MiB */
  maxFileBytes?: number
  /** Most bytes of files in memory; the rest goes to disk. @default 256 MiB */
  memoryLimitBytes?: number
  /** The clock for dates and limits. @default the system's */
  now?: () => Date
}

/** An API key. */
export type PinataKey = {
  jwt: string
  /** @default all */
  rights?: readonly PinataRight[]
}

/** A running emulator; its URL is both that of the API and, with `/ipfs/<cid>`, that of the gateway. */
export type PinataEmulator = RunningEmulator<{ pins: number }>

/**
 * Starts an emulator of Pinata: pinning, listing and unpinning files, and an IPFS gateway that has what is pinned. Content
 * ids are those that IPFS computes, so that whoever reads a file can verify it. Nothing is kept after `stop`.
 *
 * @throws LoadTestError PORT_IN_USE; the signal's reason
 * @example const emulator = await startPinataEmulator({ keys: [{ jwt: 'secret' }] })
 */
export async function startPinataEmulator(options: PinataEmulatorOptions): Promise<PinataEmulator> {
  const { keys, requestsPerMinute, maxFileBytes = 100 * 2 ** 20, now = () => new Date() } = options
  const bodies = createBodyStore({ memoryLimitBytes: options.memoryLimitBytes ?? 256 * 2 ** 20 })
  const all = ['pinFileToIPFS', 'unpin', 'pinList'] as const
  const emulation: PinataEmulation = {
    pins: createPins(bodies, now),
    counters: createCounters(),
    keys: new Map(keys.map(({ jwt, rights = all }) => [jwt, rights])),
    limitRate: createMinuteLimit(requestsPerMinute, now),
    maxFileBytes,
  }
  const server = await startEmulatorServer(
    {
      counters: emulation.counters,
      now,
      route: (exchange) => routePinata(emulation, exchange),
      sendError: sendPinataError,
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
      pins: emulation.pins.size,
      memoryBytes: bodies.memoryBytes,
      spilledBytes: bodies.spilledBytes,
      busy: server.busy(),
    }),
  }
}
