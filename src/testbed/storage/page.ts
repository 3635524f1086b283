import { invalid } from './service-error.ts'

/** The most the service returns in a page. */
const pageLimit = 1000

/** Where a page begins and how long it may be. */
export type Page = {
  maxResults: number
  after: LastEntry | undefined
}

/** The last entry of the page before: a name or prefix, and its generation where others of the same name follow. */
export type LastEntry = { name: string; generation?: number }

/** Reads `maxResults` and `pageToken`. Throws 400. */
export function pageFromQuery(query: URLSearchParams): Page {
  const maxResults = query.get('maxResults') ?? String(pageLimit)
  if (!/^\d{1,9}$/.test(maxResults) || maxResults === '0') {
    throw invalid('Invalid value for maxResults: it must be greater than 0.')
  }
  const token = query.get('pageToken') || undefined
  return {
    maxResults: Math.min(Number(maxResults), pageLimit),
    after: token === undefined ? undefined : decodePageToken(token),
  }
}

/** What leads to the page after the entry `last`. A token says which entry came last, so that pages survive changes. */
export function encodePageToken({ name, generation }: LastEntry): string {
  const suffix = generation === undefined ? '' : `.${generation}`
  return Buffer.from(name).toString('base64url') + suffix
}

/** The last entry of the page before. Throws 400. */
export function decodePageToken(token: string): LastEntry {
  const [, name = '', generation] = /^([\w-]+)(?:\.(\d{1,16}))?$/.exec(token) ?? []
  if (name === '') throw invalid('Invalid page token.')
  return {
    name: Buffer.from(name, 'base64url').toString(),
    ...(generation !== undefined && { generation: Number(generation) }),
  }
}
