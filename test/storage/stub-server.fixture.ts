import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Starts a server that lasts as long as the test. */
export async function stubServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Starts a server that gives every request the same answer once its body has arrived; `requests` counts them. */
export async function answering(
  status: number,
  headers: Record<string, string> = {},
  body: string | ((authorization: string) => string) = '',
): Promise<{ url: string; requests(): number }> {
  let requests = 0
  const url = await stubServer((request, response) => {
    requests++
    const text = typeof body === 'string' ? body : body(request.headers.authorization ?? '')
    request.resume().on('end', () => response.writeHead(status, headers).end(text))
  })
  return { url, requests: () => requests }
}

/** Returns everything that an error reveals: to people, to logs, and in its causes. */
export function toldBy(error: unknown): string {
  const { cause, stack } = error instanceof Error ? error : { cause: undefined, stack: '' }
  return [String(error), stack, JSON.stringify(error), cause === undefined ? '' : toldBy(cause)].join('\n')
}
