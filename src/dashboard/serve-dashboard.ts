import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { hostname } from 'node:os'
import { LoadTestError } from '../errors/load-test-error.ts'
import { hostNameOf, isLoopback } from '../http/host-name.ts'
import { metricsContentType, metricsFormatOf, writeMetrics } from '../metrics/prometheus-text.ts'
import type { Redactor } from '../redaction/redact.ts'
import { dashboardPage } from './dashboard-page.ts'
import { createEventStream, mostListeners } from './event-stream.ts'
import type { LiveRun } from './live-run.ts'
import { type ReadDistributions, runMetrics } from './run-metrics.ts'

/** The server of a live page. */
export type DashboardServer = {
  url: string
  /** Tells every page that it was the last of it, and lets go of port and sockets; takes a third of a second at the most. */
  close(): Promise<void>
}

/** Connections that are accepted; streams, which last, take at most {@link mostListeners} of them. */
const mostConnections = 512
/** When a page that was turned away may ask again, in seconds. */
const retryAfterSeconds = 10

/** What a dashboard is served with. */
export type DashboardOptions = {
  run: LiveRun
  readDistributions: () => ReadDistributions
  redact: Redactor
  /** Address to listen on. @default '127.0.0.1' */
  host?: string
  /** 0 for a free one. @default 0 */
  port?: number
}

/**
 * Serves the live page of a run at `/`, its events at `/events`, where it stands at `/state.json`, and metrics for Prometheus at
 * `/metrics`. Nothing can be changed through it, and it keeps no process alive.
 *
 * Requests that call it by a name which isn't this machine's are refused: see {@link isOwnName}.
 *
 * @throws LoadTestError PORT_IN_USE, or CONFIG_INVALID when it can't listen there for another reason
 */
export async function serveDashboard(options: DashboardOptions): Promise<DashboardServer> {
  const { run, readDistributions, redact, host = '127.0.0.1', port = 0 } = options
  const json = (value: unknown): string => redact.text(JSON.stringify(value))
  // Many pages that open, or come back, at once get one rendering.
  let whole: string | null = null
  const stream = createEventStream(() => {
    whole ??= json(run.whole())
    return { event: 'whole', data: whole }
  })
  const unsubscribe = run.subscribe(({ isNewRun }) => {
    whole = null
    if (isNewRun) stream.sendWhole()
    else if (stream.listeners() > 0) stream.send({ event: 'state', data: json(run.state()) })
  })

  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
    '/'(_request, response) {
      // The rest of the policy stands in the page; this can't.
      response.setHeader('content-security-policy', "frame-ancestors 'none'")
      answer(response, 200, 'text/html; charset=utf-8', dashboardPage())
    },
    '/events'(request, response) {
      if (request.method === 'HEAD') answer(response, 200, 'text/event-stream', '')
      else if (!stream.open(response)) {
        response.setHeader('retry-after', String(retryAfterSeconds))
        response.setHeader('connection', 'close')
        refuse(response, 503, `There are ${mostListeners} pages open, and no more can be.`)
      }
    },
    '/state.json': (_request, response) => answer(response, 200, 'application/json', json(run.state())),
    '/metrics'({ headers }, response) {
      const format = metricsFormatOf(headers.accept)
      const text = writeMetrics(runMetrics(run.state(), readDistributions()), format)
      answer(response, 200, metricsContentType[format], redact.text(text))
    },
  }
  const server = createServer((request, response) => {
    response.setHeader('cache-control', 'no-store')
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('cross-origin-resource-policy', 'same-origin')
    response.setHeader('referrer-policy', 'no-referrer')
    const [path = ''] = (request.url ?? '').split('?')
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    if (!isOwnName(request.headers.host, host)) {
      refuse(response, 403, 'This server answers to an address, or to a name of its own machine.')
    } else if (route === undefined) refuse(response, 404, 'There are /, /events, /state.json and /metrics.')
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      refuse(response, 405, 'This server is for reading only.')
    } else route(request, response)
  })
  server.maxConnections = mostConnections
  await listen(server, host, port)
  // A run ends when it ends, whoever looks on.
  server.unref()
  server.on('connection', (socket) => socket.unref())
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    async close() {
      unsubscribe()
      const closed = new Promise((resolve) => server.close(resolve))
      await stream.end({ event: 'end', data: json(run.state()) })
      server.closeAllConnections()
      await closed
    },
  }
}

/**
 * Whether a request may have called the server by that name.
 *
 * A web page may name an address of its own that leads here, and would then be let in by the browser as if it were this server's
 * page. The name in `Host` gives it away: it can neither be an address, nor a name that only ever leads to this machine.
 */
function isOwnName(header: string | undefined, host: string): boolean {
  const name = hostNameOf(header)
  if (isIP(name) !== 0 || isLoopback(name) || name.endsWith('.localhost')) return true
  return !isLoopback(host) && (name === host.toLowerCase() || name === hostname().toLowerCase())
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE'
      reject(
        new LoadTestError(
          isTaken ? 'PORT_IN_USE' : 'CONFIG_INVALID',
          isTaken
            ? `Port ${port} of ${host} is taken; the dashboard can't be served there.`
            : `The dashboard can't be served at ${host}, port ${port}: ${cause.message}.`,
          {
            cause,
            hint: isTaken
              ? 'Stop the program that holds the port, choose another with --dashboard <port>, or leave it out for a free one.'
              : 'Give --dashboard-host an address of this machine, and --dashboard a port from 1024, or none for a free one.',
          },
        ),
      )
    })
    server.listen(port, host, resolve)
  })
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const refuse = (response: ServerResponse, status: number, why: string): void =>
  answer(response, status, 'text/plain; charset=utf-8', `${why}\n`)
