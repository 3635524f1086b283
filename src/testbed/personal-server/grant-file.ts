import { ApiError, messageOf } from './errors.ts'
import { type HttpAnswer, type HttpGet, RequestError } from './http-get.ts'
import { ipfsHashOf, type ReadIpfs } from './ipfs.ts'
import { PythonLimitError } from './python-json.ts'
import { parsePythonJsonBytes } from './python-json-bytes.ts'
import { isTruthy, type PythonValue, pythonTypeName } from './python-value.ts'
import { readAll } from './read-body.ts'

const accept = 'application/json'

/**
 * Fetches the grant file that a permission names.
 *
 * @returns what the file holds: not empty, and something that has a length
 * @throws {ApiError} FILE_ACCESS_ERROR
 * @example await fetchGrantFile(httpGet, readIpfs, 'http://127.0.0.1:4443/bucket/grant.json')
 */
export async function fetchGrantFile(
  httpGet: HttpGet,
  readIpfs: ReadIpfs,
  url: string,
): Promise<PythonValue> {
  const hash = ipfsHashOf(url)
  const bytes =
    hash === undefined
      ? await fetchPlain(httpGet, url)
      : await readIpfs(hash, accept).catch((error) => refuse(url, error))
  const value = parse(bytes, url)
  if (!isTruthy(value)) throw invalidData(url, `Empty grant file retrieved from ${url}`)
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') {
    // Another kind of error in the original, which says less about it.
    throw unfetched(`object of type '${pythonTypeName(value)}' has no len()`)
  }
  return value
}

async function fetchPlain(httpGet: HttpGet, url: string): Promise<Uint8Array> {
  try {
    const answer = await httpGet(url, accept)
    if (answer.status >= 400) {
      await answer.discard()
      throw refusal(url, answer)
    }
    return await readAll(answer.body)
  } catch (error) {
    if (error instanceof RequestError)
      return refuse(url, new Error(`Error fetching ${url}: ${error.message}`))
    return refuse(url, error)
  }
}

function refusal(url: string, { status, reason, url: from }: HttpAnswer): Error {
  if (status === 404) {
    return new ApiError('FILE_ACCESS_ERROR', `Grant file not found at ${url}: Content not found at ${url}`)
  }
  if (status === 429) {
    return new ApiError(
      'FILE_ACCESS_ERROR',
      `Rate limited retrieving grant file from ${url}: Rate limited at ${url}`,
    )
  }
  const kind = status < 500 ? 'Client' : 'Server'
  return new Error(`HTTP error fetching ${url}: ${status} ${kind} Error: ${reason} for url: ${from}`)
}

function refuse(url: string, error: unknown): never {
  if (error instanceof ApiError) throw error
  throw new ApiError('FILE_ACCESS_ERROR', `IPFS error retrieving grant file from ${url}: ${messageOf(error)}`)
}

function parse(bytes: Uint8Array, url: string): PythonValue {
  try {
    return parsePythonJsonBytes(bytes)
  } catch (error) {
    if (error instanceof PythonLimitError) throw invalidData(url, error.message)
    return refuse(url, new Error(`Invalid JSON content from ${url}: ${messageOf(error)}`))
  }
}

const unfetched = (reason: string): ApiError =>
  new ApiError('FILE_ACCESS_ERROR', `Failed to fetch grant file: ${reason}`)

const invalidData = (url: string, reason: string): ApiError =>
  unfetched(`Invalid grant file data from ${url}: ${reason}`)
