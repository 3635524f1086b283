import { escapeXml } from '../storage/escape-xml.ts'
import type { Exchange } from '../storage/exchange.ts'
import { sendBody } from '../storage/send-body.ts'
import { methodNotAllowed } from '../storage/service-error.ts'
import { refusal } from './drive-error.ts'
import type { DriveFile } from './drive-files.ts'
import type { DriveEmulation } from './emulation.ts'

/**
 * Handles what `drive.google.com` and `drive.usercontent.google.com` answer to anyone: `/uc` leads on to where the bytes
 * are, `/download` has them, and in place of a large file a page that wants to be confirmed. Who may not read a file is
 * led to a page to sign in at, with status 200: only its content tells it from a file.
 *
 * Both hosts are this one, so every redirect stays here.
 */
export async function sendPublicFile(emulation: DriveEmulation, exchange: Exchange): Promise<void> {
  const { method, rawPath, rawQuery, query, response } = exchange
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed()
  if (rawPath === '/ServiceLogin') return sendPage(exchange, 'Sign in', 'Sign in to continue to Google Drive')
  const file = emulation.files.find(query.get('id') ?? '')
  if (file?.body === undefined) {
    throw refusal(404, 'notFound', 'Sorry, the file you have requested does not exist.')
  }
  if (!emulation.files.isPublic(file)) {
    const wanted = encodeURIComponent(`${rawPath}?${rawQuery}`)
    return redirect(exchange, 302, `/ServiceLogin?service=wise&continue=${wanted}`)
  }
  if (rawPath === '/uc')
    return redirect(exchange, 303, `/download?id=${file.id}&export=download${confirmed(query)}`)
  if (file.body.size > emulation.scanLimitBytes && query.get('confirm') === null)
    return sendWarning(exchange, file)
  response.setHeader('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
  await sendBody(exchange, emulation.counters, file.body, {
    'content-type': file.mimeType,
    'cache-control': 'private, max-age=0',
  })
}

function confirmed(query: URLSearchParams): string {
  const confirm = query.get('confirm')
  return confirm === null ? '' : `&confirm=${encodeURIComponent(confirm)}`
}

function redirect({ response }: Exchange, status: number, location: string): void {
  response.writeHead(status, { location, 'content-length': 0, 'cache-control': 'no-cache, no-store' }).end()
}

function sendWarning(exchange: Exchange, { id, name }: DriveFile): void {
  const form =
    `<form id="download-form" action="/download" method="get"><input type="hidden" name="id" value="${id}">` +
    '<input type="hidden" name="export" value="download"><input type="hidden" name="confirm" value="t">' +
    '<input type="submit" value="Download anyway"></form>'
  const text = `Google Drive can't scan this file for viruses. ${name} is too large.`
  sendPage(exchange, 'Google Drive - Virus scan warning', text, form)
}

function sendPage({ response, method }: Exchange, title: string, text: string, more = ''): void {
  const head = `<!DOCTYPE html><html><head><title>${escapeXml(title)}</title></head>`
  const body = `${head}<body><p>${escapeXml(text)}</p>${more}</body></html>`
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-cache, no-store',
    })
    .end(method === 'HEAD' ? undefined : body)
}
