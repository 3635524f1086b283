import type { ServerResponse } from 'node:http'
import { type Emulator, sendJson } from './exchange.ts'
import type { UploadSession } from './resumable-uploads.ts'
import type { UploadProgress } from './take-part.ts'

/** Answers a part: the object when it is complete, otherwise 308 with the range that is kept, if any is. */
export function answerProgress(response: ServerResponse, progress: UploadProgress): void {
  if ('resource' in progress) {
    sendJson(response, progress.resource)
    return
  }
  const { keptBytes } = progress
  response
    .writeHead(308, {
      'content-length': 0,
      ...(keptBytes > 0 && { range: `bytes=0-${keptBytes - 1}` }),
    })
    .end()
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
