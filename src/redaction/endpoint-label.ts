/**
 * Names an endpoint in logs, errors and reports by its scheme and host alone: whatever else there is of a URL may hold an access
 * key, and is shown as `***`. What cannot be parsed is not shown at all.
 *
 * @example endpointLabel('https://user:pw@rpc.example.com/v2/8f3aK9?key=1') // 'https://rpc.example.com/***'
 */
export function endpointLabel(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)'
  const { protocol, host, pathname, search, hash } = new URL(url)
  return `${protocol}//${host}${`${pathname}${search}${hash}` === '/' ? '' : '/***'}`
}
