import { once } from 'node:events'
import { connect } from 'node:net'

/** An answer as it came over the socket. */
export type RawAnswer = { status: number; headers: Map<string, string>; body: string }

/**
 * Sends bytes and gives everything that comes back until the server closes, or, when asked for, until so many answers
 * have come.
 *
 * @param idleMs after which nothing more is expected of a server that may be waiting for the rest of a request
 */
export async function exchange(
  port: number,
  bytes: string | Uint8Array,
  answers?: number,
  idleMs = 0,
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('error', () => {})
  socket.on('data', (piece) => {
    text += piece.toString('latin1')
    if (answers !== undefined && parseAnswers(text).length >= answers) socket.destroy()
  })
  socket.setTimeout(idleMs, () => socket.destroy())
  socket.write(bytes)
  if (!socket.destroyed) await once(socket, 'close')
  return text
}

/** Splits answers that came one after the other. */
export function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = text
  while (rest.includes('\r\n\r\n')) {
    const end = rest.indexOf('\r\n\r\n')
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers = new Map(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 2),
      ]),
    )
    const length = Number(headers.get('content-length') ?? 0)
    const body = rest.slice(end + 4, end + 4 + length)
    if (body.length < length) break
    answers.push({ status: Number(statusLine.split(' ')[1]), headers, body })
    rest = rest.slice(end + 4 + length)
  }
  return answers
}

/** Spells a request; each header on a line of its own. */
export function rawRequest(line: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]
  return [line, 'host: h', ...headers, ...length, '', body].join('\r\n')
}
