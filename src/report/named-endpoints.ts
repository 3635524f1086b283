import type { Summary } from '../results/summary-schema.ts'

type Endpoint = Summary['rpc']['byEndpoint'][string]

/** Lists RPC endpoints by their names in reports: the URL without keys, and the caller if the API server reported its own calls. */
export function namedEndpoints({ rpc }: Pick<Summary, 'rpc'>): { name: string; endpoint: Endpoint }[] {
  const { byEndpoint, apiServer } = rpc
  const named = (endpoints: Record<string, Endpoint>, caller: string) =>
    Object.entries(endpoints).map(([label, endpoint]) => ({ name: label + caller, endpoint }))
  if (apiServer === null) return named(byEndpoint, '')
  return [...named(byEndpoint, ' (generator)'), ...named(apiServer.byEndpoint, ' (API server)')]
}
