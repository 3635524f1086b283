import type { Exchange } from '../emulator/exchange.ts'
import { sendBody } from '../emulator/send-body.ts'
import { pageHeaders, pageOf, refusal } from './drive-errors.ts'
import type { DriveEmulation } from './emulation.ts'

/**
 * Answers as `drive.google.com` and `drive.usercontent.google.com` do: `/uc` redirects to the bytes, and `/download`
 * sends them. A page in place of the bytes, with status 200, asks to sign in for a file that is not shared, or warns of a
 * large one until it is confirmed; only its content tells it from a file.
 *
 * Both hosts are this server, so the redirect stays here.
 */
export async function sendPublicFile(
  { files, counters, scanLimitBytes }: DriveEmulation,
  exchange: Exchange,
): Promise<void> {
  const { rawPath, query, response } = exchange
  const { id, name, mimeType, body, isShared } = files.find(query.get('id') ?? '') ?? {}
  if (id === undefined || body === undefined) {
    throw refusal(404, 'notFound', 'Sorry, the file you have requested does not exist.')
  }
  if (!isShared) return sendPage(exchange, 'Sign in', 'Sign in to continue to Google Drive')
  const confirm = query.get('confirm')
  if (rawPath === '/uc') {
    const confirmed = confirm === null ? '' : `&confirm=${encodeURIComponent(confirm)}`
    const location = `/download?id=${id}&export=download${confirmed}`
    response.writeHead(303, { location, 'content-length': 0, 'cache-control': 'no-cache, no-store' }).end()
    return
  }
  if (body.size > scanLimitBytes && confirm === null) {
    const text = `Google Drive can't scan this file for viruses. ${name} is too large.`
    return sendPage(exchange, 'Google Drive - Virus scan warning', text)
  }
  await sendBody(exchange, counters, {
    body,
    headers: {
      'content-type': mimeType,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name ?? '')}`,
      'cache-control': 'private, max-age=0',
    },
  })
}

function sendPage({ response }: Exchange, title: string, text: string): void {
  const body = pageOf(title, text)
  response.writeHead(200, { ...pageHeaders, 'content-length': Buffer.byteLength(body) }).end(body)
}
