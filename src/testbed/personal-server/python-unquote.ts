/**
 * Decodes percent escapes as Python's `urllib.parse.unquote` does: what is no escape stays as it is, bytes that are not
 * UTF-8 become U+FFFD.
 *
 * @example unquote('a%20b%zz%ff') // 'a b%zz\ufffd'
 */
export function unquote(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

/**
 * Reads a parameter of a query as Python's `parse_qsl` does: only `&` separates, `+` is a blank, a name without `=` has an
 * empty value, and of several the last one counts.
 *
 * @param query as sent, without the question mark
 * @example queryParameter('address=a&address=b', 'address') // 'b'
 */
export function queryParameter(query: string, name: string): string | undefined {
  let value: string | undefined
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const end = pair.indexOf('=')
    const decoded = (part: string): string => unquote(part.replaceAll('+', ' '))
    if (decoded(end === -1 ? pair : pair.slice(0, end)) === name) {
      value = end === -1 ? '' : decoded(pair.slice(end + 1))
    }
  }
  return value
}

/**
 * Escapes a URL as the original's framework does for a `Location` header: what is already an escape stays one.
 *
 * @example quoteUrl('http://h/a b?c="d"') // 'http://h/a%20b?c=%22d%22'
 */
export function quoteUrl(url: string): string {
  return url.replace(/[^A-Za-z0-9_.~:/%#?=@[\]!$&'()*+,;-]+/g, (part) =>
    Array.from(Buffer.from(part), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}
