import type { OutgoingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { byteRange } from './byte-range.ts'
import type { EmulatorCounters } from './counters.ts'
import type { Exchange } from './exchange.ts'
import type { StoredBody } from './stored-body.ts'

/**
 * Sends the bytes of a file, or the requested range of them. A HEAD request gets the headers only.
 *
 * @param file its bytes, the headers to send, and headers that a partial answer leaves out (checksums of the whole)
 * @throws 416 for a range outside the file
 */
export async function sendBody(
  { request, response, method }: Exchange,
  counters: EmulatorCounters,
  file: { body: StoredBody; headers: OutgoingHttpHeaders; wholeOnly?: OutgoingHttpHeaders },
): Promise<void> {
  const { body, headers, wholeOnly } = file
  const range = byteRange(request.headers.range, body.size)
  const { start, end } = range ?? { start: 0, end: body.size - 1 }
  const length = end - start + 1
  const partial = { 'content-range': `bytes ${start}-${end}/${body.size}` }
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    ...(range === undefined ? wholeOnly : partial),
    'content-length': length,
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
