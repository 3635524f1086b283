import type { ServerResponse } from 'node:http'
import { crc32cBase64 } from '../../crypto/crc32c.ts'
import type { Emulator, Exchange } from './exchange.ts'
import type { UploadSession } from './resumable-uploads.ts'
import { sendJson } from './send-json.ts'
import type { UploadProgress } from './take-part.ts'

/**
 * Answers a part: the object when it is complete, otherwise 308 with the range that is kept, if any is, and its checksums.
 * Callers that cannot take 308, because it has come to mean something else, are told so in a header of 200.
 */
export function answerProgress(exchange: Exchange, progress: UploadProgress): void {
  if ('resource' in progress) {
    sendJson(exchange, progress.resource)
    return
  }
  const { size, crc32c, md5 } = progress.kept
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': 0,
    ...(size > 0 && {
      range: `bytes=0-${size - 1}`,
      'x-goog-running-hash': `crc32c=${crc32cBase64(crc32c)}`,
      'x-range-md5': md5,
    }),
  }
  const { request, response } = exchange
  if (request.headers['x-guploader-no-308'] === 'yes')
    response.writeHead(200, { ...headers, 'x-http-status-code-override': '308' }).end()
  else response.writeHead(308, 'Resume Incomplete', headers).end()
}

/** Ends an upload at its sender's wish, which the service answers with 499 (the client closed the request). */
export async function cancelUpload(
  emulator: Emulator,
  response: ServerResponse,
  session: UploadSession,
): Promise<void> {
  await emulator.uploads.remove(session)
  response.writeHead(499, 'Client Closed Request', { 'content-length': 0 }).end()
}
