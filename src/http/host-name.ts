/**
 * Returns whether a listening address or a host name refers to this machine only.
 *
 * @example isLoopback('127.0.0.1') // true
 */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * Returns the host name in a request's `Host` header, in lower case and without port and brackets; empty if there is none.
 *
 * @param header the request's `Host`
 * @example hostNameOf('[::1]:8080') // '::1'
 */
export function hostNameOf(header: string | undefined): string {
  const parts = /^(?:\[(.+)\]|([^:]*))(?::\d*)?$/.exec(header ?? '')
  return (parts?.[1] ?? parts?.[2] ?? '').toLowerCase()
}
