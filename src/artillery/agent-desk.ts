import { randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { ErrorCode } from '../errors/catalog.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import { createAskedArrivals } from '../load/asked-arrivals.ts'
import type { Conductor } from '../run/conductor.ts'
import { agentPaths, type FlowNews, type PartNews } from './agent-messages.ts'
import { errorCodeOf, metricsOf, noFlows } from './metrics.ts'
import type { Form } from './script.ts'

/** Server where Artillery's virtual users request their flows. To the run, it is the source of arrivals. */
export type AgentDesk = {
  conductor: Conductor
  /** Whether users are still to arrive or in flight. */
  isBusy(): boolean
  /** Reports the end of the run to the virtual user who runs a part. */
  tellEnd(ended: { exitCode: number; path: string }): void
  close(): Promise<void>
}

/**
 * Opens the desk of a run on a free loopback port.
 *
 * @param options.onReady called with the URL once the run is ready for the first user
 * @param options.redact removes secrets from everything that is sent
 */
export async function openAgentDesk(options: {
  form: Form
  config: Pick<LoadTestConfig, 'users' | 'load'>
  redact(text: string): string
  onReady(url: string): void
}): Promise<AgentDesk> {
  const { form, config, redact, onReady } = options
  const asked = createAskedArrivals(config.users, config.load.part)
  const waiting = new Map<number, ServerResponse>()
  /** Outcomes of users that a stop ended before Artillery requested them, by number. */
  const endedBefore = new Map<number, FlowNews>()
  let part: ServerResponse | undefined
  let inFlight = 0
  let hasEnded = false
  let begin: () => void = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })

  const newsOf = (record: FlowRecord): FlowNews => {
    const code = errorCodeOf(record)
    const message = redact(record.error?.message ?? record.droppedBecause ?? record.outcome)
    return { ...metricsOf(record), failure: code === null ? null : { code, message } }
  }
  const take: Record<string, (response: ServerResponse) => void> = {
    [agentPaths.flow](response) {
      begin()
      const index = form === 'users' ? asked.ask() : undefined
      if (index === undefined) return say(response, refusal('CONFIG_INVALID', tooMany))
      const news = endedBefore.get(index)
      if (news !== undefined) return say(response, news)
      inFlight++
      waiting.set(index, response)
    },
    [agentPaths.part](response) {
      if (form !== 'part' || part !== undefined) return say(response, refusal('CONFIG_INVALID', alreadyThere))
      part = response
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders()
      begin()
    },
  }
  const token = randomBytes(16).toString('hex')
  const server = createServer((request, response) => {
    request.resume()
    const act = request.url?.startsWith(`/${token}/`) ? take[request.url.slice(token.length + 1)] : undefined
    if (act && request.method === 'POST') act(response)
    else response.writeHead(404).end()
  })
  // A flow takes as long as it takes.
  server.requestTimeout = 0
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${token}`

  return {
    conductor: {
      ready() {
        onReady(url)
        return begun
      },
      arrivals: form === 'users' ? asked.arrivals : undefined,
      ended(record) {
        part?.write(line(newsOf(record)))
        const response = waiting.get(record.index)
        if (response === undefined) {
          if (form === 'users') endedBefore.set(record.index, newsOf(record))
          return
        }
        inFlight--
        waiting.delete(record.index)
        say(response, newsOf(record))
      },
    },
    isBusy: () => (form === 'users' ? !asked.areAll() || inFlight > 0 : !hasEnded),
    tellEnd(ended) {
      hasEnded = true
      part?.end(line({ ended }))
    },
    async close() {
      for (const response of waiting.values()) say(response, refusal('ABORTED', isOver))
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), lastWordsMs).unref()
      await closed
    },
  }
}

/** Time for the last responses to be read, in milliseconds. */
const lastWordsMs = 1000

const line = (news: PartNews): string => `${JSON.stringify(news)}\n`

function say(response: ServerResponse, news: FlowNews): void {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'keep-alive' }).end(line(news))
}

const refusal = (code: ErrorCode, message: string): FlowNews => ({ ...noFlows, failure: { code, message } })

const tooMany =
  'More users arrived than the load has. The phases of a script must match its settings: write the script again instead of editing one of them.'
const alreadyThere = 'A part is one virtual user: its script has one phase with arrivalCount 1.'
const isOver = 'The run ended before this user finished.'
