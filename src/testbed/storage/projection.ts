import { invalidParameter } from './service-error.ts'

/** Whether a request wants access lists in its answer. Throws 400 for anything but the two that there are. */
export function projectionFromQuery(query: URLSearchParams): 'full' | 'noAcl' {
  const projection = query.get('projection') ?? 'noAcl'
  if (projection === 'full' || projection === 'noAcl') return projection
  throw invalidParameter('projection', `Invalid value '${projection}'. Allowed values are: [full, noAcl]`)
}
