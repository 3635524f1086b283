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

const plainWord = /^(v\d{1,2}|[a-z]{1,10})$/
