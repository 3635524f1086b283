import type { IncomingHttpHeaders } from 'node:http'
import { notImplemented } from './service-error.ts'

// What the service knows and this emulator does not. Without a refusal, a request for an object's access list would return
// its content, and a part of an upload would replace the whole object.

/** Parameters of the XML API that name something other than the object or the bucket itself. */
const xmlSubresources: readonly string[] = [
  ...[
    'accelerate',
    'acl',
    'analytics',
    'attributes',
    'billing',
    'compose',
    'cors',
    'defaultObjectAcl',
    'delete',
  ],
  ...[
    'encryption',
    'encryptionConfig',
    'intelligent-tiering',
    'inventory',
    'legal-hold',
    'lifecycle',
    'location',
  ],
  ...[
    'logging',
    'metrics',
    'notification',
    'object-lock',
    'ownershipControls',
    'partNumber',
    'policy',
    'policyStatus',
  ],
  ...[
    'publicAccessBlock',
    'replication',
    'requestPayment',
    'restore',
    'retention',
    'select',
    'session',
    'storageClass',
  ],
  ...[
    'tagging',
    'torrent',
    'uploadId',
    'uploads',
    'versionId',
    'versioning',
    'versions',
    'website',
    'websiteConfig',
  ],
]

/** Parameters of the JSON API that change what a request means. */
const jsonParameters: readonly string[] = [
  ...['softDeleted', 'restoreToken', 'kmsKeyName', 'destinationKmsKeyName', 'dropContextGroups', 'filter'],
  ...['includeFoldersAsPrefixes', 'overrideUnlockedRetention', 'copySourceAcl'],
]

const headerNames: readonly string[] = [
  ...[
    'x-goog-encryption-algorithm',
    'x-goog-encryption-kms-key-name',
    'x-goog-copy-source-encryption-algorithm',
  ],
  ...['x-goog-content-length-range', 'x-goog-object-lock-mode', 'x-goog-object-lock-retain-until-date'],
  ...['x-amz-copy-source', 'x-http-method-override', 'x-method-override'],
]

/** @throws 501 for a subresource of the XML API */
export function refuseXmlSubresource(query: URLSearchParams): void {
  refuse(xmlSubresources.filter((name) => query.has(name)))
}

/** @throws 501 for a parameter of the JSON API that would be ignored */
export function refuseJsonSubresource(query: URLSearchParams): void {
  refuse(jsonParameters.filter((name) => query.has(name) && query.get(name) !== 'false'))
}

/** @throws 501 for a header that would be ignored */
export function refuseHeaders(headers: IncomingHttpHeaders): void {
  refuse(headerNames.filter((name) => headers[name] !== undefined))
}

function refuse([name]: readonly string[]): void {
  if (name !== undefined) throw notImplemented(`${name} is not supported by this emulator.`)
}
