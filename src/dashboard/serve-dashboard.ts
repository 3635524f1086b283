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
  /** Sends the last event to every page and closes the port and all sockets, within a third of a second. */
  close(): Promise<void>
}

/** The most connections; at most {@link mostListeners} of them are streams. */
const mostConnections = 512
/** Retry-After for a rejected page, in seconds. */
const retryAfterSeconds = 10

/** Options of a dashboard. */
export type DashboardOptions = {
  run: LiveRun
  readDistributions: () => ReadDistributions
  redact: Redactor
  /** Address to listen on. @default '127.0.0.1' */
  host?: string | undefined
  /** 0 for a free one. @default 0 */
  port?: number | undefined
}

/**
 * Serves the live page of a run at `/`, its events at `/events`, its state at `/state.json`, and metrics for Prometheus at
 * `/metrics`. It is read-only, and does not keep the process alive.
 *
 * Rejects requests whose `Host` is not a name of this machine: see {@link isOwnName}.
 *
 * @throws LoadTestError PORT_IN_USE, or CONFIG_INVALID if it cannot listen for another reason
 */
export async function serveDashboard(options: DashboardOptions): Promise<DashboardServer> {
  const { run, readDistributions, redact, host = '127.0.0.1', port = 0 } = options
  const json = (value: unknown): string => redact.text(JSON.stringify(value))
  // Pages that connect at the same time share one serialization.
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
      // The page has the rest of the policy; this directive only works as a header.
      response.setHeader('content-security-policy', "frame-ancestors 'none'")
      answer(response, { type: 'text/html; charset=utf-8', body: dashboardPage() })
    },
    '/events'(request, response) {
      if (request.method === 'HEAD') answer(response, { type: 'text/event-stream', body: '' })
      else if (!stream.open(response)) {
        response.setHeader('retry-after', String(retryAfterSeconds))
        response.setHeader('connection', 'close')
        refuse(response, 503, `${mostListeners} pages are open already, which is the limit.`)
      }
    },
    '/state.json': (_request, response) =>
      answer(response, { type: 'application/json', body: json(run.state()) }),
    '/metrics'({ headers }, response) {
      const format = metricsFormatOf(headers.accept)
      const text = writeMetrics(runMetrics(run.state(), readDistributions()), format)
      answer(response, { type: metricsContentType[format], body: redact.text(text) })
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
      refuse(response, 403, 'Use an IP address or a name of this machine.')
    } else if (route === undefined)
      refuse(response, 404, 'Not found. Available: /, /events, /state.json and /metrics.')
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      refuse(response, 405, 'This server is read-only.')
    } else route(request, response)
  })
  server.maxConnections = mostConnections
  await listen(server, host, port)
  // Open pages do not keep the process of a run alive.
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
 * Whether the `Host` of a request is an address or a name of this machine.
 *
 * Protects against DNS rebinding: a web page could point a domain of its own to this address, and the browser would treat this
 * server as the same origin. Such a domain is neither an address nor a name that always resolves to this machine.
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
            ? `Cannot serve the dashboard: port ${port} of ${host} is in use.`
            : `Cannot serve the dashboard at ${host}, port ${port}: ${cause.message}.`,
          {
            cause,
            hint: isTaken
              ? 'Stop the program that uses the port, choose another with --dashboard <port>, or omit the port to get a free one.'
              : 'Set --dashboard-host to an address of this machine, and --dashboard to a port from 1024, or omit the port to get a free one.',
          },
        ),
      )
    })
    server.listen(port, host, resolve)
  })
}

function answer(
  response: ServerResponse,
  { status = 200, type, body }: { status?: number | undefined; type: string; body: string },
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const refuse = (response: ServerResponse, status: number, why: string): void =>
  answer(response, { status, type: 'text/plain; charset=utf-8', body: `${why}\n` })
