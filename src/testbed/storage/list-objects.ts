import { invalid } from '../emulator/service-error.ts'
import type { ObjectRecord } from './object-record.ts'
import type { Bucket, ObjectStore } from './object-store.ts'

/** The most entries that the service returns in a page. */
const pageLimit = 1000

/** What to list. */
export type ListRequest = {
  prefix: string
  /** Names that have it after the prefix are folded into one entry of `prefixes`. */
  delimiter: string | undefined
  /** First name to list. */
  startOffset: string
  /** Items and prefixes together. */
  maxResults: number
  /** The last entry of the page before. */
  after: string | undefined
}

export type ListPage = { items: ObjectRecord[]; prefixes: string[]; nextPageToken: string | undefined }

/** Reads a list request from a query. Throws 400. */
export function listRequestFromQuery(query: URLSearchParams): ListRequest {
  const maxResults = query.get('maxResults') ?? String(pageLimit)
  if (!/^[1-9]\d{0,8}$/.test(maxResults)) {
    throw invalid('Invalid value for maxResults: it must be greater than 0.')
  }
  const token = query.get('pageToken') || undefined
  if (token !== undefined && !/^[\w-]+$/.test(token)) throw invalid('Invalid page token.')
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') || undefined,
    startOffset: query.get('startOffset') ?? '',
    maxResults: Math.min(Number(maxResults), pageLimit),
    after: token === undefined ? undefined : Buffer.from(token, 'base64url').toString(),
  }
}

/** Lists one page of a bucket. A page token holds the last entry, so that pages survive changes in between. */
export function listObjects(store: ObjectStore, bucket: Bucket, request: ListRequest): ListPage {
  const { prefix, delimiter, startOffset, maxResults, after } = request
  const page: ListPage = { items: [], prefixes: [], nextPageToken: undefined }
  let last = after
  for (const name of store.sortedNames(bucket)) {
    if (!name.startsWith(prefix) || name < startOffset) continue
    const folder = foldedPrefix(name, prefix, delimiter)
    const entry = folder ?? name
    if ((after !== undefined && entry <= after) || entry === page.prefixes.at(-1)) continue
    if (page.items.length + page.prefixes.length === maxResults) {
      page.nextPageToken = Buffer.from(last ?? '').toString('base64url')
      break
    }
    const record = bucket.objects.get(name)
    if (folder !== undefined) page.prefixes.push(folder)
    else if (record !== undefined) page.items.push(record)
    last = entry
  }
  return page
}

function foldedPrefix(name: string, prefix: string, delimiter: string | undefined): string | undefined {
  const at = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : name.slice(0, at + (delimiter?.length ?? 0))
}
