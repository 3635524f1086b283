import { driveDownloadUrl } from './google-drive.ts'
import { type HttpAnswer, type HttpGet, RequestError } from './http-get.ts'
import type { ReadIpfs } from './ipfs.ts'

const accept = '*/*'

/**
 * Downloads an encrypted file.
 *
 * @param options `limitBytes`: largest size, both as announced and of the decoded bytes
 * @throws {Error} with the original's message, whose words decide the error code of the answer: see `openFile`
 * @example await fetchFile({ httpGet, readIpfs, limitBytes: 1_048_576 }, 'http://127.0.0.1:4443/bucket/file')
 */
export async function fetchFile(
  options: { httpGet: HttpGet; readIpfs: ReadIpfs; limitBytes: number },
  url: string,
): Promise<Uint8Array> {
  const { httpGet, readIpfs, limitBytes } = options
  if (url === '') throw new Error('File URL cannot be empty')
  if (url.startsWith('ipfs://')) {
    const bytes = await readIpfs(url.slice('ipfs://'.length), accept)
    if (bytes.length > limitBytes) throw tooLarge(bytes.length, limitBytes, url)
    return bytes
  }
  const source = driveDownloadUrl(url) ?? url
  try {
    return await download(await httpGet(source, accept), url, limitBytes)
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    throw new Error(`Request error downloading from ${url}: ${error.message}`, { cause: error })
  }
}

async function download(answer: HttpAnswer, url: string, limitBytes: number): Promise<Uint8Array> {
  const { status, lengthBytes = 0 } = answer
  if (status >= 400) {
    await answer.discard()
    throw new Error(`Unexpected error downloading from ${url}: ${statusText(status)} at ${url}`)
  }
  if (lengthBytes > limitBytes) {
    await answer.discard()
    throw tooLarge(lengthBytes, limitBytes, url)
  }
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of answer.body) {
    pieces.push(piece)
    size += piece.length
    if (size > limitBytes) {
      throw new Error(`File size exceeds limit (${limitBytes} bytes) during download from ${url}`)
    }
  }
  return Buffer.concat(pieces)
}

function statusText(status: number): string {
  if (status === 404) return 'File not found'
  if (status === 403) return 'Access denied'
  return status === 429 ? 'Rate limited' : `HTTP ${status}`
}

const tooLarge = (size: number, limitBytes: number, url: string): Error =>
  new Error(`File size (${size} bytes) exceeds limit (${limitBytes} bytes) at ${url}`)
