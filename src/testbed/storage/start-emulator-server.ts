import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BaseLogger } from 'pino'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { EmulatorCounters } from './counters.ts'
import { createRequestAnswerer, type EmulatedService, refuseMalformed } from './request-answerer.ts'

/** How any emulator of a storage runs. */
export type EmulatorServerOptions = {
  /** Address to listen on. @default '127.0.0.1' */
  host?: '127.0.0.1'
  /** Port to listen on; 0 takes a free one. @default 0 */
  port?: number
  /** How long `stop` waits for requests under way before it cuts them off, in ms. @default 2000 */
  stopGraceMs?: number
  /** Where faults of the emulator itself are logged. @default nowhere */
  logger?: Pick<BaseLogger, 'error'>
  /** Stops the emulator when aborted. */
  signal?: AbortSignal
}

/** The server of a running emulator. */
export type EmulatorServer = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  /** Stops taking requests, lets those under way finish for a moment, closes every socket, frees what was held. */
  stop(): Promise<void>
  /** Share of the time since the start in which this thread's event loop was busy, 0-1. */
  busy(): number
}

/** A running emulator, with what it holds. */
export type RunningEmulator<Held> = Omit<EmulatorServer, 'busy'> & {
  /** What it holds and has done. */
  stats(): EmulatorCounters &
    Held & {
      /** Bytes of bodies in memory and in files. */
      memoryBytes: number
      spilledBytes: number
      /** Share of the time since the start in which this thread's event loop was busy, 0-1. */
      busy: number
    }
}

/**
 * Starts the HTTP server of an emulator.
 *
 * @param free gives back what the service holds, once nobody asks any more
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; the signal's reason
 */
export async function startEmulatorServer(
  service: EmulatedService,
  options: EmulatorServerOptions,
  free: () => Promise<void>,
): Promise<EmulatorServer> {
  const { host = '127.0.0.1', port = 0, stopGraceMs = 2000, logger, signal } = options
  signal?.throwIfAborted()
  const answerer = createRequestAnswerer(service, logger)
  const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, answerer.listener)
  server.on('clientError', refuseMalformed)
  const address = await listen(server, host, port)
  const loadAtStart = performance.eventLoopUtilization()

  let stopping: Promise<void> | undefined
  async function stop(): Promise<void> {
    signal?.removeEventListener('abort', stop)
    stopping ??= close(server, stopGraceMs).then(async () => {
      await answerer.settled()
      await free()
    })
    await stopping
  }
  signal?.addEventListener('abort', stop, { once: true })

  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    stop,
    busy: () => performance.eventLoopUtilization(loadAtStart).utilization,
  }
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
      const message = `The storage emulator cannot listen on ${host}:${port} (${cause.code ?? cause.message}).`
      reject(new LoadTestError(inUse ? 'PORT_IN_USE' : 'TESTBED_START_FAILED', message, { cause }))
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}

/** Closes idle sockets at once and busy ones after their answer, or after the grace period. */
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
