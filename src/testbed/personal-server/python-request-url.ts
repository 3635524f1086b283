import { pythonRepr } from './python-repr.ts'

/** A URL in the parts that Python's `requests` makes of it. */
export type RequestUrl = {
  /** As `response.url` would give it. */
  href: string
  secure: boolean
  host: string
  port: number
  /** Path and query, as they are sent. */
  target: string
}

const pattern = /^(https?):\/\/((?:[^\\/?#]*@)?(\[[^\]]*\]|[^\\/?#:]*)(?::(\d*))?)([^?#]*)(\?[^#]*)?(#.*)?$/is

/**
 * Says why Python's `requests` would not even try a URL, or undefined when it would.
 *
 * @example refusalOfUrl('ftp://a/b') // "No connection adapters were found for 'ftp://a/b'"
 */
export function refusalOfUrl(text: string): string | undefined {
  const url = text.trimStart()
  const isHttp = /^http/i.test(url)
  if (url.includes(':') && !isHttp) return `No connection adapters were found for ${pythonRepr(url)}`
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) {
    return `Invalid URL ${pythonRepr(url)}: No scheme supplied. Perhaps you meant https://${url}?`
  }
  if (!/^[^:]*:\/\/[^\\/?#]/.test(url)) return `Invalid URL ${pythonRepr(url)}: No host supplied`
  if (!/^https?:/i.test(url)) return `No connection adapters were found for ${pythonRepr(url)}`
  const host = pattern.exec(url)?.[3] ?? ''
  if (/^[*.]/.test(host)) return 'URL has an invalid label.'
  return pattern.test(url) && URL.canParse(url) ? undefined : `Failed to parse: ${url}`
}

/**
 * Takes a URL that {@link refusalOfUrl} has nothing against apart.
 *
 * @example parseRequestUrl('http://127.0.0.1:1?a b').target // '/?a%20b'
 */
export function parseRequestUrl(text: string): RequestUrl {
  const url = text.trimStart()
  const [, scheme = 'http', authority = '', host = '', port = '', path = '', query = '', fragment = ''] =
    pattern.exec(url) ?? []
  const secure = scheme.toLowerCase() === 'https'
  const target = requoted((path === '' ? '/' : withoutDots(path.replace(/^(?!\/)/, '/'))) + query)
  return {
    href: `${scheme.toLowerCase()}://${authority.replace(/:0*$/, '')}${target}${requoted(fragment)}`,
    secure,
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: Number(port) || (secure ? 443 : 80),
    target,
  }
}

/** `requests.utils.requote_uri`: per cents are escapes only when all of them are; needless escapes are undone. */
function requoted(part: string): string {
  const escapesOnly = !/%(?![0-9a-fA-F]{2})/.test(part)
  const plain = escapesOnly ? part.replace(/%[0-9a-fA-F]{2}/g, withoutNeedlessEscape) : part
  return plain.replace(/[^A-Za-z0-9_.~!#$&'()*+,/:;=?@[\]-]+/g, (odd) =>
    Array.from(odd, (character) =>
      character === '%' && escapesOnly ? character : encodeCharacter(character),
    ).join(''),
  )
}

function withoutNeedlessEscape(spelled: string): string {
  const character = String.fromCharCode(Number.parseInt(spelled.slice(1), 16))
  return /[A-Za-z0-9_.~-]/.test(character) ? character : spelled
}

const encodeCharacter = (character: string): string =>
  Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  )

function withoutDots(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  if (/\/\.\.?$/.test(path)) kept.push('')
  return `/${kept.join('/')}`
}
