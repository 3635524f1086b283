import { pythonRepr } from './python-repr.ts'

/** Seconds that the messages name as the read timeout. */
const readTimeoutSeconds = 10

/**
 * Says why Python's `requests` would not even try a URL, or undefined when it would.
 *
 * @example refusalOfUrl('ftp://a/b') // "No connection adapters were found for 'ftp://a/b'"
 */
export function refusalOfUrl(url: string): string | undefined {
  const trimmed = url.trimStart()
  if (!/^https?:\/\//i.test(trimmed)) {
    if (trimmed.includes(':')) return `No connection adapters were found for ${pythonRepr(url)}`
    return `Invalid URL ${pythonRepr(url)}: No scheme supplied. Perhaps you meant https://${url}?`
  }
  if (/^https?:\/\/(?:[/?#]|$)/i.test(trimmed)) return `Invalid URL ${pythonRepr(url)}: No host supplied`
  return URL.canParse(trimmed) ? undefined : `Failed to parse: ${url}`
}

/**
 * Words a connection that failed as `requests` over `urllib3` does.
 *
 * @example connectionErrorText('http://127.0.0.1:1/x', error) // "HTTPConnectionPool(host='127.0.0.1', port=1): Max ..."
 */
export function connectionErrorText(url: string, error: unknown): string {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  const secure = protocol === 'https:'
  const kind = secure ? 'HTTPSConnection' : 'HTTPConnection'
  const pool = `${kind}Pool(host='${hostname}', port=${port === '' ? (secure ? 443 : 80) : port})`
  const code = codeOf(error)
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return `${pool}: Read timed out. (read timeout=${readTimeoutSeconds})`
  if (code === 'UND_ERR_SOCKET') {
    return "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))"
  }
  if (code === 'ECONNRESET') {
    return "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))"
  }
  const exhausted = `${pool}: Max retries exceeded with url: ${pathname}${search}`
  const object = `<urllib3.connection.${kind} object at 0x7f0000000000>`
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    const reason = `Connection to ${hostname} timed out. (connect timeout=${readTimeoutSeconds})`
    return `${exhausted} (Caused by ConnectTimeoutError(${object}, '${reason}'))`
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const reason = `Failed to resolve '${hostname}' ([Errno -2] Name or service not known)`
    return `${exhausted} (Caused by NameResolutionError("${object}: ${reason}"))`
  }
  const reason = code === 'ECONNREFUSED' ? '[Errno 111] Connection refused' : messageWithCode(code, error)
  return `${exhausted} (Caused by NewConnectionError('${object}: Failed to establish a new connection: ${reason}'))`
}

/** Words a body that broke off or could not be decoded. */
export function streamErrorText(encoding: string | undefined, error: unknown): string {
  const code = codeOf(error)
  if (code.startsWith('Z_')) {
    return `('Received response with content-encoding: ${encoding}, but failed to decode it.', error('Error -3 while decompressing data: incorrect header check'))`
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') return 'Read timed out.'
  return "('Connection broken: IncompleteRead', IncompleteRead)"
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const messageWithCode = (code: string, error: unknown): string =>
  code === '' ? (error instanceof Error ? error.message : String(error)) : `[${code}]`
