import { once } from 'node:events'
import { connect } from 'node:net'

/** An answer as it arrives on the socket. */
export type RawAnswer = { status: number; headers: Map<string, string>; body: string }

/**
 * Sends bytes and returns everything that comes back until the server closes the connection.
 *
 * @param answers stops after so many answers
 * @param idleMs stops after so long without a byte: the server may be waiting for the rest of a request
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

/** Splits a sequence of answers. */
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

/** Writes a request with the given header lines. */
export function rawRequest(line: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]
  return [line, 'host: h', ...headers, ...length, '', body].join('\r\n')
}
