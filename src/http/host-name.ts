/**
 * Whether an address to listen on, or a name that a server is called by, leads to this machine alone.
 *
 * @example isLoopback('127.0.0.1') // true
 */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * The name by which a request calls the server, without port and brackets, in lower case; empty when it calls it by none.
 *
 * @param header the request's `Host`
 * @example hostNameOf('[::1]:8080') // '::1'
 */
export function hostNameOf(header: string | undefined): string {
  const parts = /^(?:\[(.+)\]|([^:]*))(?::\d*)?$/.exec(header ?? '')
  return (parts?.[1] ?? parts?.[2] ?? '').toLowerCase()
}
