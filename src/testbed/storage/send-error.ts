import { expiredAtOnce } from '../emulator/answer-headers.ts'
import { escapeXml } from '../emulator/escape-xml.ts'
import type { Exchange } from '../emulator/exchange.ts'
import { sendError, sendJsonError } from '../emulator/send-error.ts'
import type { ServiceError } from '../emulator/service-error.ts'

/** Whether a path belongs to the JSON API; every other path is an object's URL. */
export const isApiPath = (rawPath: string): boolean =>
  /^\/((upload|download|batch)\/)?storage\/v1(\/|$)/.test(rawPath)

/** Writes an error in the shape of its path: XML for object URLs, plain text for media of the JSON API, else JSON. */
export function sendStorageError(exchange: Exchange, error: ServiceError): void {
  const { rawPath, query, now } = exchange
  if (!isApiPath(rawPath)) {
    const headers = { 'content-type': 'application/xml; charset=UTF-8', ...expiredAtOnce(now) }
    sendError(exchange, error, { headers, body: xmlOf(error) })
  } else if (query.get('alt') === 'media') {
    const headers = { 'content-type': 'text/html; charset=UTF-8', ...expiredAtOnce(now) }
    sendError(exchange, error, { headers, body: error.answer.mediaMessage ?? error.message })
  } else sendJsonError(exchange, error)
}

function xmlOf({ answer }: ServiceError): string {
  const { code = 'InternalError', message, xmlMessage, elements = {} } = answer
  const details = xmlMessage === undefined ? {} : { Details: message }
  const all = { Code: code, Message: xmlMessage ?? message, ...elements, ...details }
  const body = Object.entries(all).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`)
  return `<?xml version='1.0' encoding='UTF-8'?><Error>${body.join('')}</Error>`
}
