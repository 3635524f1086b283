/**
 * Names an endpoint in logs, errors and reports without the access key that its URL may carry.
 *
 * Keeps scheme, host and port, and path segments that are plain words (`rpc`, `eth`, `v2`); user name, password,
 * query and every other segment are replaced by `***`. What cannot be parsed is not shown at all.
 *
 * @example endpointLabel('https://user:pw@rpc.example.com/v2/8f3aK9?key=1') // 'https://rpc.example.com/v2/***?***'
 */
export function endpointLabel(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)'
  const { protocol, host, pathname, search } = new URL(url)
  const path = pathname
    .split('/')
    .map((segment) => (segment === '' || plainWord.test(segment) ? segment : '***'))
    .join('/')
  return `${protocol}//${host}${path === '/' ? '' : path}${search === '' ? '' : '?***'}`
}

/**
 * Lists what {@link endpointLabel} hides of a URL, for the redaction list: others may quote the URL in their errors.
 *
 * @example endpointSecrets('https://user:pw@rpc.example.com/v2/8f3aK9?key=1') // ['user', 'pw', '/8f3aK9', '?key=1']
 */
export function endpointSecrets(url: string): string[] {
  if (!URL.canParse(url)) return []
  const { username, password, pathname, search } = new URL(url)
  const segments = pathname.split('/').filter((segment) => segment !== '' && !plainWord.test(segment))
  // A short segment alone may be a word of its own elsewhere.
  const parts = segments.flatMap((segment) =>
    segment.length < 16 ? [`/${segment}`] : [segment, `/${segment}`],
  )
  return [username, password, ...parts, search].filter((part) => part.length > 1)
}

const plainWord = /^(v\d{1,2}|[a-z]{1,10})$/
