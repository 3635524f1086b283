import { driveDownloadUrl } from './google-drive.ts'
import { type HttpAnswer, type HttpGet, headerText, RequestError } from './http-get.ts'
import type { ReadIpfs } from './ipfs.ts'

const accept = '*/*'

/**
 * Downloads an encrypted file.
 *
 * @param limitBytes greatest size: of the body as announced, then of the decoded bytes
 * @throws {Error} with the original's text; a text that contains "download" is told to the client in another way
 * @example await fetchFile({ httpGet, readIpfs, limitBytes: 1_048_576 }, 'http://127.0.0.1:4443/bucket/file')
 */
export async function fetchFile(
  options: { httpGet: HttpGet; readIpfs: ReadIpfs; limitBytes: number },
  url: string,
): Promise<Uint8Array> {
  const { httpGet, readIpfs, limitBytes } = options
  if (url === '') throw new Error('File URL cannot be empty')
  if (url.startsWith('ipfs://')) return fetchFromIpfs(readIpfs, url, limitBytes)
  const answer = await httpGet(driveDownloadUrl(url) ?? url, accept).catch((error: unknown) => {
    throw error instanceof RequestError ? requestError(url, error) : error
  })
  const refusal = refusalOf(answer, url)
  if (refusal !== undefined) {
    await answer.discard()
    throw new Error(`Unexpected error downloading from ${url}: ${refusal}`)
  }
  const announced = Number(headerText(answer.headers['content-length']) ?? 0)
  if (announced > limitBytes) {
    await answer.discard()
    throw new Error(`File size (${announced} bytes) exceeds limit (${limitBytes} bytes) at ${url}`)
  }
  return readLimited(answer, url, limitBytes)
}

async function readLimited(answer: HttpAnswer, url: string, limitBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  try {
    for await (const piece of answer.body) {
      pieces.push(piece)
      size += piece.length
      if (size > limitBytes) break
    }
  } catch (error) {
    throw error instanceof RequestError ? requestError(url, error) : error
  }
  if (size > limitBytes) {
    throw new Error(`File size exceeds limit (${limitBytes} bytes) during download from ${url}`)
  }
  return Buffer.concat(pieces)
}

async function fetchFromIpfs(readIpfs: ReadIpfs, url: string, limitBytes: number): Promise<Uint8Array> {
  const bytes = await readIpfs(url.slice('ipfs://'.length), accept)
  if (bytes.length > limitBytes) {
    throw new Error(`File size (${bytes.length} bytes) exceeds limit (${limitBytes} bytes) at ${url}`)
  }
  return bytes
}

function refusalOf({ status }: HttpAnswer, url: string): string | undefined {
  if (status < 400) return undefined
  if (status === 404) return `File not found at ${url}`
  if (status === 403) return `Access denied at ${url}`
  if (status === 429) return `Rate limited at ${url}`
  return `HTTP ${status} at ${url}`
}

const requestError = (url: string, error: RequestError): Error =>
  new Error(`Request error downloading from ${url}: ${error.message}`, { cause: error })
