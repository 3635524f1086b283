import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One JSON-RPC call as a node receives it. */
export type ReceivedCall = { id: unknown; method: string; params: readonly unknown[] }

/** What the node does with one HTTP request, instead of answering each of its calls. */
export type Misbehaviour =
  | { http: number; headers?: Record<string, string>; body?: string }
  | { drop: 'before' | 'after' }
  | { hang: true }
  | { drip: true }

/** What the node answers to one call. */
export type CallAnswer = { result: unknown } | { error: { code: number; message: string; data?: unknown } }

/** A scripted JSON-RPC node on a real socket. */
export type ScriptedNode = {
  url: string
  /** Every call that came in, in order. */
  received: ReceivedCall[]
  /** How many came in of one method. */
  count(method: string): number
  /** Called for each HTTP request before its calls are answered; `undefined` behaves. */
  misbehave: (calls: readonly ReceivedCall[]) => Misbehaviour | undefined
  /** Called for each call; `undefined` goes to the upstream node. */
  answer: (call: ReceivedCall) => CallAnswer | undefined | Promise<CallAnswer | undefined>
  /** What the upstream node answers to a call. */
  forward(call: ReceivedCall): Promise<CallAnswer>
  stop(): Promise<void>
}

/** Starts a node that serves chain 14800; calls it has no answer for go to `upstream`, or are method-not-found. */
export async function startScriptedNode(
  options: { upstream?: string; chainId?: number } = {},
): Promise<ScriptedNode> {
  const { upstream, chainId = 14800 } = options
  const server = createServer(
    (request, response) => void serve(request, response).catch(() => response.destroy()),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const node: ScriptedNode = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    count: (method) => node.received.filter((call) => call.method === method).length,
    misbehave: () => undefined,
    answer: () => undefined,
    async forward({ method, params }) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(upstream ?? '', { method: 'POST', headers, body })
      const { id: _, jsonrpc: __, ...answer } = (await response.json()) as Record<string, unknown>
      return answer as CallAnswer
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = JSON.parse(text) as ReceivedCall | ReceivedCall[]
    const calls = Array.isArray(body) ? body : [body]
    node.received.push(...calls)
    const fault = node.misbehave(calls)
    if (fault !== undefined && 'hang' in fault) return
    if (fault !== undefined && 'drop' in fault && fault.drop === 'before')
      return void request.socket.destroy()
    if (fault !== undefined && 'http' in fault) {
      response.writeHead(fault.http, { 'content-type': 'application/json', ...fault.headers })
      return void response.end(fault.body ?? '')
    }
    const answers = await Promise.all(calls.map(answerCall))
    // The request was executed, and its answer is lost.
    if (fault !== undefined && 'drop' in fault) return void request.socket.destroy()
    response.writeHead(200, { 'content-type': 'application/json' })
    if (fault !== undefined) return void response.write('{"jsonrpc":')
    response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]))
  }

  async function answerCall(call: ReceivedCall): Promise<unknown> {
    const { id, method } = call
    const told = await node.answer(call)
    if (told !== undefined) return { jsonrpc: '2.0', id, ...told }
    if (upstream !== undefined) return { jsonrpc: '2.0', id, ...(await node.forward(call)) }
    if (method === 'eth_chainId') return { jsonrpc: '2.0', id, result: `0x${chainId.toString(16)}` }
    return { jsonrpc: '2.0', id, error: { code: -32601, message: 'method not found' } }
  }
  return node
}
