import type { Exchange } from '../emulator/exchange.ts'
import { notImplemented } from '../emulator/service-error.ts'

// The real service has more than this emulator. What would change the meaning of a request is refused: if ignored, a
// request for an object's access list would return its content, and one part of an upload would replace the object.

/** Parameters of the JSON API that the emulator would have to act on, and does not. */
const apiParameters = [
  'predefinedAcl',
  'kmsKeyName',
  'softDeleted',
  'versions',
  'matchGlob',
  'filter',
  'endOffset',
  'includeTrailingDelimiter',
  'includeFoldersAsPrefixes',
]

/** Parameters of object URLs that are known; the others name something else than the object. */
const urlParameters =
  /^(x-goog-\w+|googleaccessid|expires|signature|x-amz-[\w-]+|response-content-(type|disposition))$/i

/** Headers of uploads and signed requests that are known; other `x-goog-*` headers change what a request does. */
const knownHeaders = /^x-goog-(api-client|date|hash|meta-.*|user-project|gcs-idempotency-token)$/

/** @throws 501 for a parameter of the JSON API that would be ignored */
export function refuseUnknownParameters({ query, request }: Exchange): void {
  const parameter = apiParameters.find((name) => query.has(name) && query.get(name) !== 'false')
  refuse(parameter ?? unknownHeader(request.headers))
}

/** @throws 501 for a parameter or header of an object URL that would be ignored */
export function refuseUnknownUrlParts({ query, request }: Exchange): void {
  refuse([...query.keys()].find((name) => !urlParameters.test(name)) ?? unknownHeader(request.headers))
}

function unknownHeader(headers: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(headers).find(
    (name) => (/^x-(goog|amz)-/.test(name) && !knownHeaders.test(name)) || name.endsWith('method-override'),
  )
}

function refuse(name: string | undefined): void {
  if (name !== undefined) throw notImplemented(name)
}
