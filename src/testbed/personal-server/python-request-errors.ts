import { pythonRepr } from './python-repr.ts'
import type { RequestUrl } from './python-request-url.ts'

/** Seconds that the messages name as the timeout. */
const timeoutSeconds = 10

/**
 * Words a connection that failed as Python's `requests` over `urllib3` does.
 *
 * @example connectionErrorText(url, error) // "HTTPConnectionPool(host='127.0.0.1', port=1): Max retries exceeded ..."
 */
export function connectionErrorText(url: RequestUrl, error: unknown): string {
  const pool = poolText(url)
  const code = codeOf(error)
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return `${pool}: Read timed out. (read timeout=${timeoutSeconds})`
  if (code === 'UND_ERR_SOCKET') {
    return "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))"
  }
  if (code === 'ECONNRESET') return `('Connection aborted.', ${resetText})`
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return `('Connection aborted.', BadStatusLine(${pythonRepr(firstLine(error))}))`
  }
  const exhausted = `${pool}: Max retries exceeded with url: ${url.target}`
  const object = `<urllib3.connection.${url.secure ? 'HTTPSConnection' : 'HTTPConnection'} object at 0x7f0000000000>`
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    const reason = `Connection to ${url.host} timed out. (connect timeout=${timeoutSeconds})`
    return `${exhausted} (Caused by ConnectTimeoutError(${object}, '${reason}'))`
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const reason = `Failed to resolve '${url.host}' ([Errno -2] Name or service not known)`
    return `${exhausted} (Caused by NameResolutionError("${object}: ${reason}"))`
  }
  const reason = code === 'ECONNREFUSED' ? '[Errno 111] Connection refused' : messageWithCode(code, error)
  return `${exhausted} (Caused by NewConnectionError('${object}: Failed to establish a new connection: ${reason}'))`
}

/** How far the reading of a body had come. */
export type BodyProgress = {
  /** Content-Encoding. */
  encoding: string
  /** Bytes that came, before decoding. */
  readBytes: number
  /** As announced; undefined for a chunked body. */
  lengthBytes: number | undefined
}

/** Words a body that broke off or could not be decoded. */
export function streamErrorText(
  url: RequestUrl,
  { encoding, readBytes, lengthBytes }: BodyProgress,
  error: unknown,
): string {
  const code = codeOf(error)
  if (code.startsWith('Z_')) {
    const reason = `error('Error -3 while decompressing data: ${error instanceof Error ? error.message : ''}')`
    return `('Received response with content-encoding: ${encoding}, but failed to decode it.', ${reason})`
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') return `${poolText(url)}: Read timed out.`
  if (code === 'ECONNRESET') return `("Connection broken: ${resetText}", ${resetText})`
  if (lengthBytes === undefined) return 'Response ended prematurely'
  const incomplete = `IncompleteRead(${readBytes} bytes read, ${lengthBytes - readBytes} more expected)`
  return `('Connection broken: ${incomplete}', ${incomplete})`
}

const resetText = "ConnectionResetError(104, 'Connection reset by peer')"

const poolText = ({ secure, host, port }: RequestUrl): string =>
  `${secure ? 'HTTPSConnection' : 'HTTPConnection'}Pool(host='${host}', port=${port})`

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const messageWithCode = (code: string, error: unknown): string =>
  code === '' ? (error instanceof Error ? error.message : String(error)) : `[${code}]`

/** What came where a status line should have been, with its line ending. */
function firstLine(error: unknown): string {
  const data = error instanceof Error && 'data' in error ? String(error.data) : ''
  return /^[^\n]*\n?/.exec(data)?.[0] ?? ''
}
