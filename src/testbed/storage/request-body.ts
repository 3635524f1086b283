import type { IncomingMessage } from 'node:http'
import { maxJsonBytes } from './exchange.ts'
import { parseError, tooLarge } from './service-error.ts'

/**
 * The chunks of a request's body. Unlike iterating the request itself, giving up half-way leaves the connection alone, so
 * that the error can still be answered.
 */
export function bodyChunks(request: IncomingMessage): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) }
}

/** Reads a JSON body; an empty one counts as `{}`. Throws 400 when it is not a JSON object, 413 when it is too large. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bodyChunks(request)) {
    size += chunk.length
    if (size > maxJsonBytes) throw tooLarge(maxJsonBytes)
    chunks.push(chunk)
  }
  return parseJsonObject(Buffer.concat(chunks).toString('utf8'))
}

/** Parses a JSON object; empty text counts as `{}`. Throws 400 otherwise. */
export function parseJsonObject(text: string): Record<string, unknown> {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw parseError()
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw parseError()
  return value as Record<string, unknown>
}
