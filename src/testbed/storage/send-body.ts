import type { OutgoingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { byteRange } from './byte-range.ts'
import type { EmulatorCounters } from './counters.ts'
import type { Exchange } from './exchange.ts'
import type { StoredBody } from './stored-body.ts'

/** Sends the bytes of a file, or the range of them that is asked for; with HEAD only the headers. Throws 416. */
export async function sendBody(
  { request, response, method }: Exchange,
  counters: EmulatorCounters,
  body: StoredBody,
  headers: OutgoingHttpHeaders,
): Promise<void> {
  const range = byteRange(request.headers.range, body.size)
  const { start, end } = range ?? { start: 0, end: body.size - 1 }
  const length = end - start + 1
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'accept-ranges': 'bytes',
    'content-length': length,
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end}/${body.size}` }),
  })
  if (method === 'HEAD' || length === 0) {
    response.end()
    return
  }
  counters.downloads++
  counters.bytesOut += length
  const slices = body.slices(start, end)
  if (slices !== undefined) {
    for (const slice of slices) response.write(slice)
    response.end()
    return
  }
  body.retain()
  try {
    await pipeline(body.stream(start, end), response)
  } finally {
    body.release()
  }
}
