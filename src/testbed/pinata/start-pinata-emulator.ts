import { createMinuteLimit } from '../emulator/minute-limit.ts'
import {
  createEmulatorBase,
  type EmulatorOptions,
  type RunningEmulator,
  startEmulator,
} from '../emulator/start-emulator.ts'
import type { PinataEmulation, PinataRight } from './emulation.ts'
import { sendPinataError } from './pinata-answers.ts'
import { Pins } from './pins.ts'
import { routePinata } from './route.ts'

/** How to run an emulator of Pinata. */
export type PinataEmulatorOptions = EmulatorOptions & {
  /** API keys of its one account. */
  keys: readonly PinataKey[]
  /** Requests to the API in a minute; Pinata's own limit is 180. @default no limit */
  requestsPerMinute?: number | undefined
  /** Largest file accepted; a larger one is refused with 413. @default 100 MiB */
  maxFileBytes?: number | undefined
}

/** An API key. */
export type PinataKey = {
  jwt: string
  /** @default all */
  rights?: readonly PinataRight[] | undefined
}

/** A running emulator; its URL is that of the API, and with `/ipfs/<cid>` that of the gateway. */
export type PinataEmulator = RunningEmulator<{ pins: number }>

/**
 * Starts an emulator of Pinata: pinning, listing and unpinning files, and an IPFS gateway to the pinned files. Content
 * ids are those that IPFS computes, so that readers can verify a file. Nothing is kept after `stop`.
 *
 * @throws LoadTestError PORT_IN_USE; the signal's reason
 * @example const emulator = await startPinataEmulator({ keys: [{ jwt: 'secret' }] })
 */
export async function startPinataEmulator(options: PinataEmulatorOptions): Promise<PinataEmulator> {
  const { keys, requestsPerMinute, maxFileBytes = 100 * 2 ** 20 } = options
  const base = createEmulatorBase(options)
  const pins = new Pins(base.bodies, base.now)
  const all = ['pinFileToIPFS', 'unpin', 'pinList'] as const
  const emulation: PinataEmulation = {
    ...base,
    pins,
    keys: new Map(keys.map(({ jwt, rights = all }) => [jwt, rights])),
    limitRate: createMinuteLimit(requestsPerMinute, base.now),
    maxFileBytes,
  }
  return await startEmulator(
    base,
    {
      route: (exchange) => routePinata(emulation, exchange),
      sendError: sendPinataError,
      held: () => ({ pins: pins.size }),
    },
    options,
  )
}
