/**
 * Labels an endpoint for logs, errors and reports by its scheme and host only. The rest of the URL may contain an access key and
 * becomes `***`. Text that is not a URL is not shown at all.
 *
 * @example endpointLabel('https://user:pw@rpc.example.com/v2/8f3aK9?key=1') // 'https://rpc.example.com/***'
 */
export function endpointLabel(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)'
  const { protocol, host, pathname, search, hash } = new URL(url)
  return `${protocol}//${host}${`${pathname}${search}${hash}` === '/' ? '' : '/***'}`
}
