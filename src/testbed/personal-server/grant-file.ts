import { buffer } from 'node:stream/consumers'
import { ApiError, messageOf } from './errors.ts'
import { type HttpGet, RequestError } from './http-get.ts'
import { ipfsHashOf, type ReadIpfs } from './ipfs.ts'
import { isFalsy, pythonTypeName } from './json-value.ts'
import { decodeUtf8 } from './utf8.ts'

const accept = 'application/json'

/**
 * Fetches the grant file of a permission.
 *
 * @returns the file's JSON: not empty, and an object, a list or a text
 * @throws {ApiError} FILE_ACCESS_ERROR
 * @example await fetchGrantFile({ httpGet, readIpfs }, 'http://127.0.0.1:4443/bucket/grant.json')
 */
export async function fetchGrantFile(
  { httpGet, readIpfs }: { httpGet: HttpGet; readIpfs: ReadIpfs },
  url: string,
): Promise<unknown> {
  const hash = ipfsHashOf(url)
  const value = await readJson(
    () => (hash === undefined ? fetchPlain(httpGet, url) : readIpfs(hash, accept)),
    url,
  )
  if (isFalsy(value)) {
    throw failure(
      `Failed to fetch grant file: Invalid grant file data from ${url}: Empty grant file retrieved from ${url}`,
    )
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    throw failure(`Failed to fetch grant file: object of type '${pythonTypeName(value)}' has no len()`)
  }
  return value
}

async function readJson(read: () => Promise<Uint8Array>, url: string): Promise<unknown> {
  try {
    return parse(await read(), url)
  } catch (error) {
    if (error instanceof ApiError) throw error
    const reason =
      error instanceof RequestError ? `Error fetching ${url}: ${error.message}` : messageOf(error)
    throw failure(`IPFS error retrieving grant file from ${url}: ${reason}`)
  }
}

async function fetchPlain(httpGet: HttpGet, url: string): Promise<Uint8Array> {
  const answer = await httpGet(url, accept)
  if (answer.status < 400) return buffer(answer.body)
  await answer.discard()
  if (answer.status === 404) throw failure(`Grant file not found at ${url}: Content not found at ${url}`)
  if (answer.status === 429) {
    throw failure(`Rate limited retrieving grant file from ${url}: Rate limited at ${url}`)
  }
  throw new Error(`HTTP error fetching ${url}: ${answer.status}`)
}

function parse(bytes: Uint8Array, url: string): unknown {
  try {
    // A byte order mark is allowed.
    return JSON.parse(decodeUtf8(bytes).replace(/^\ufeff/, ''))
  } catch (error) {
    throw new Error(`Invalid JSON content from ${url}: ${messageOf(error)}`)
  }
}

const failure = (detail: string): ApiError => new ApiError('FILE_ACCESS_ERROR', detail)
