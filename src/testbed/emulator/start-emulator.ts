import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BaseLogger } from 'pino'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { answerRequests, type EmulatedService, refuseMalformed } from './answer-requests.ts'
import { BodyStore } from './body-store.ts'
import { createCounters, type EmulatorCounters } from './counters.ts'

const host = '127.0.0.1'

/** Options of every storage emulator. */
export type EmulatorOptions = {
  /** Port to listen on; 0 takes a free one. @default 0 */
  port?: number | undefined
  /** Most bytes of bodies in memory; the rest goes to files. @default 256 MiB */
  memoryLimitBytes?: number | undefined
  /** Folder for those files; the emulator makes a folder of its own in it. @default the system's temporary folder */
  spillDirectory?: string | undefined
  /** The clock of everything that the service dates. @default the system's */
  now?: (() => Date) | undefined
  /** How long `stop` waits for requests in flight before it cuts them off, in ms. @default 2000 */
  stopGraceMs?: number | undefined
  /** Logger for faults of the emulator itself. @default none */
  logger?: Pick<BaseLogger, 'error'> | undefined
  /** Stops the emulator when aborted. */
  signal?: AbortSignal | undefined
}

/** What every emulator works with: its clock, its counters, and the bytes that it stores. */
export type EmulatorBase = {
  readonly now: () => Date
  readonly counters: EmulatorCounters
  readonly bodies: BodyStore
}

/** A running emulator. */
export type RunningEmulator<Held> = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  /** Refuses new requests, lets those in flight finish within the grace period, closes every socket, frees all bytes. */
  stop(): Promise<void>
  /** Returns what it holds and has done. */
  stats(): EmulatorCounters &
    Held & {
      /** Bytes of bodies in memory and in files. */
      memoryBytes: number
      spilledBytes: number
      /** Share of the time since the start in which this thread's event loop was busy, 0-1. */
      busy: number
    }
}

export function createEmulatorBase(options: EmulatorOptions): EmulatorBase {
  const { memoryLimitBytes = 256 * 2 ** 20, spillDirectory: directory, now = () => new Date() } = options
  return { now, counters: createCounters(), bodies: new BodyStore({ memoryLimitBytes, directory }) }
}

/**
 * Starts the HTTP server of an emulator.
 *
 * @param service its `held` counts what it holds; `free` frees what the base does not know of
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; the signal's reason
 */
export async function startEmulator<Held>(
  base: EmulatorBase,
  service: EmulatedService & { held(): Held; free?(): Promise<void> },
  options: EmulatorOptions,
): Promise<RunningEmulator<Held>> {
  const { port: wanted = 0, stopGraceMs = 2000, logger, signal } = options
  signal?.throwIfAborted()
  const { listener, settled } = answerRequests(service, base, logger)
  const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, listener)
  server.on('clientError', refuseMalformed)
  const { port } = await listen(server, wanted)
  const loadAtStart = performance.eventLoopUtilization()

  async function end(): Promise<void> {
    signal?.removeEventListener('abort', stop)
    await close(server, stopGraceMs)
    await settled()
    await service.free?.()
    await base.bodies.close()
  }
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= end()
    return stopping
  }
  signal?.addEventListener('abort', stop, { once: true })

  return {
    url: `http://${host}:${port}`,
    port,
    stop,
    stats: () => ({
      ...base.counters,
      ...service.held(),
      memoryBytes: base.bodies.memoryBytes,
      spilledBytes: base.bodies.spilledBytes,
      busy: performance.eventLoopUtilization(loadAtStart).utilization,
    }),
  }
}

function listen(server: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
      const message = `The storage emulator cannot listen on ${host}:${port} (${cause.code ?? cause.message}).`
      reject(new LoadTestError(inUse ? 'PORT_IN_USE' : 'TESTBED_START_FAILED', message, { cause }))
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}

/** Closes idle sockets at once, busy ones after their answer or after the grace period. */
async function close(server: Server, graceMs: number): Promise<void> {
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
  try {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeIdleConnections()
    })
  } finally {
    clearTimeout(cutOff)
  }
}
