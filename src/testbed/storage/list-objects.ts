import { matchGlob } from './match-glob.ts'
import { compareNames } from './names.ts'
import type { ObjectRecord } from './object-record.ts'
import type { Bucket, ObjectStore } from './object-store.ts'
import { encodePageToken, type LastEntry, pageFromQuery } from './page.ts'
import { invalid, notImplemented } from './service-error.ts'

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
  /** Names that do not match are left out. */
  matches: ((name: string) => boolean) | undefined
  /** Items and prefixes together. */
  maxResults: number
  after: LastEntry | undefined
}

export type ListPage = { items: ObjectRecord[]; prefixes: string[]; nextPageToken: string | undefined }

/** Reads a list request from query parameters. Throws 400 for a bad one, 501 for one that is not emulated. */
export function listRequestFromQuery(query: URLSearchParams): ListRequest {
  if (query.get('softDeleted') === 'true' || query.has('filter'))
    throw notImplemented('Lists of soft-deleted objects and filters are not supported by this emulator.')
  const glob = query.get('matchGlob') || undefined
  if (glob !== undefined && (query.get('delimiter') || '/') !== '/')
    throw invalid('The delimiter must be / when matchGlob is specified.')
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') || undefined,
    includeTrailingDelimiter: query.get('includeTrailingDelimiter') === 'true',
    startOffset: query.get('startOffset') || undefined,
    endOffset: query.get('endOffset') || undefined,
    versions: query.get('versions') === 'true',
    matches: glob === undefined ? undefined : matchGlob(glob),
    ...pageFromQuery(query),
  }
}

/** Lists one page of a bucket. */
export function listObjects(store: ObjectStore, bucket: Bucket, request: ListRequest): ListPage {
  const { prefix, delimiter, startOffset, endOffset, maxResults, matches, after } = request
  const names = store.sortedNames(bucket)
  const page: ListPage = { items: [], prefixes: [], nextPageToken: undefined }
  let last: LastEntry | undefined = after
  let room = maxResults

  for (
    let i = firstAtOrAfter(names, latest([prefix, startOffset ?? '', after?.name ?? '']));
    i < names.length;
    i++
  ) {
    const name = names[i] as string
    if (!name.startsWith(prefix)) break
    if (endOffset !== undefined && compareNames(name, endOffset) >= 0) break
    if (matches !== undefined && !matches(name)) continue
    const folder = foldedPrefix(name, prefix, delimiter)
    const entry = folder ?? name
    const generations = generationsOf(bucket, name, request.versions).filter(
      ({ generation }) => after === undefined || isAfter({ name: entry, generation }, after),
    )
    if (generations.length === 0 || (folder !== undefined && folder === page.prefixes.at(-1))) continue
    if (room === 0) {
      page.nextPageToken = encodePageToken(last ?? { name: '' })
      break
    }
    if (folder !== undefined) page.prefixes.push(folder)
    // A name that ends with the delimiter sorts before all others in its folder, so it is never skipped above.
    const isItem = folder === undefined || (request.includeTrailingDelimiter && name === folder)
    const listed = folder === undefined ? generations.slice(0, room) : generations
    if (isItem) page.items.push(...listed)
    room -= folder === undefined ? listed.length : 1
    last = { name: entry }
    if (listed.length < generations.length) {
      page.nextPageToken = encodePageToken({ name, generation: listed.at(-1)?.generation ?? 0 })
      break
    }
  }
  return page
}

function isAfter(entry: Required<LastEntry>, last: LastEntry): boolean {
  const order = compareNames(entry.name, last.name)
  return order > 0 || (order === 0 && last.generation !== undefined && entry.generation > last.generation)
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
