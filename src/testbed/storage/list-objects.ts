import { compareNames } from './names.ts'
import type { ObjectRecord } from './object-record.ts'
import type { Bucket, ObjectStore } from './object-store.ts'
import { invalid } from './service-error.ts'

/** What to list. */
export type ListRequest = {
  prefix: string
  /** Names that have it after the prefix are folded into one entry of `prefixes`. */
  delimiter: string | undefined
  includeTrailingDelimiter: boolean
  /** First name to list. */
  startOffset: string | undefined
  /** First name not to list. */
  endOffset: string | undefined
  /** Whether to list kept generations too. */
  versions: boolean
  /** Items and prefixes together. */
  maxResults: number
  pageToken: string | undefined
}

export type ListPage = { items: ObjectRecord[]; prefixes: string[]; nextPageToken: string | undefined }

/** The most the service returns in a page. */
const pageLimit = 1000

/** Reads a list request from query parameters. Throws 400 for a bad `maxResults` or a parameter not emulated. */
export function listRequestFromQuery(query: URLSearchParams): ListRequest {
  for (const name of ['matchGlob', 'softDeleted', 'filter']) {
    if (query.has(name)) throw invalid(`The parameter ${name} is not supported by this emulator.`)
  }
  const maxResults = query.get('maxResults') ?? String(pageLimit)
  if (!/^\d{1,9}$/.test(maxResults) || maxResults === '0') {
    throw invalid('Invalid value for maxResults: it must be greater than 0.')
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') || undefined,
    includeTrailingDelimiter: query.get('includeTrailingDelimiter') === 'true',
    startOffset: query.get('startOffset') || undefined,
    endOffset: query.get('endOffset') || undefined,
    versions: query.get('versions') === 'true',
    maxResults: Math.min(Number(maxResults), pageLimit),
    pageToken: query.get('pageToken') || undefined,
  }
}

/** Lists one page of a bucket. A page token says which entry came last, so that pages survive changes in between. */
export function listObjects(store: ObjectStore, bucket: Bucket, request: ListRequest): ListPage {
  const { prefix, delimiter, startOffset, endOffset, maxResults } = request
  const names = store.sortedNames(bucket)
  const after = request.pageToken === undefined ? undefined : decodeToken(request.pageToken)
  const page: ListPage = { items: [], prefixes: [], nextPageToken: undefined }
  let last = after
  let entries = 0

  for (
    let i = firstAtOrAfter(names, latest([prefix, startOffset ?? '', after ?? '']));
    i < names.length;
    i++
  ) {
    const name = names[i] as string
    if (!name.startsWith(prefix)) break
    if (endOffset !== undefined && compareNames(name, endOffset) >= 0) break
    const folder = foldedPrefix(name, prefix, delimiter)
    const entry = folder ?? name
    if (after !== undefined && compareNames(entry, after) <= 0) continue
    const generations = generationsOf(bucket, name, request.versions)
    if (generations.length === 0 || (folder !== undefined && folder === page.prefixes.at(-1))) continue
    if (entries === maxResults) {
      page.nextPageToken = encodeToken(last ?? '')
      break
    }
    if (folder !== undefined) page.prefixes.push(folder)
    // A name that ends with the delimiter sorts before all others in its folder, so it is never skipped above.
    if (folder === undefined || (request.includeTrailingDelimiter && name === folder))
      page.items.push(...generations)
    entries++
    last = entry
  }
  return page
}

function foldedPrefix(name: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined) return undefined
  const at = name.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : name.slice(0, at + delimiter.length)
}

function generationsOf(bucket: Bucket, name: string, withKept: boolean): ObjectRecord[] {
  const live = bucket.live.get(name)
  const kept = withKept ? (bucket.archived.get(name) ?? []) : []
  return live === undefined ? kept : [...kept, live]
}

function latest(names: readonly string[]): string {
  return names.reduce((a, b) => (compareNames(a, b) >= 0 ? a : b))
}

function firstAtOrAfter(names: readonly string[], bound: string): number {
  let [low, high] = [0, names.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareNames(names[middle] as string, bound) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function encodeToken(last: string): string {
  return Buffer.from(last).toString('base64url')
}

function decodeToken(token: string): string {
  if (!/^[\w-]+$/.test(token)) throw invalid('Invalid page token.')
  return Buffer.from(token, 'base64url').toString()
}
