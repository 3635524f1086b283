import type { IncomingMessage } from 'node:http'
import { parseError, tooLarge } from './service-error.ts'

/** The largest JSON body accepted. */
export const maxJsonBytes = 1024 * 1024

/**
 * Passes a request's body on chunk by chunk, and waits for each chunk to be taken.
 *
 * Uses events, because an async iterator costs a small upload more than everything else done with it. After a failure
 * the connection stays open, so that the error can still be answered.
 *
 * @param take receives a chunk; the next one follows once the returned promise, if any, settles
 * @throws what `take` throws, or the request's error when it is cut off
 */
export function readBody(
  request: IncomingMessage,
  take: (chunk: Buffer) => Promise<void> | undefined,
): Promise<void> {
  if (request.readableEnded) return Promise.resolve()
  if (request.destroyed) return Promise.reject(request.errored ?? cutOff())
  return new Promise((resolve, reject) => {
    let taking: Promise<void> | undefined
    const stopListening = (): void => {
      request.off('data', onData).off('end', onEnd).off('error', fail).off('close', onClose)
    }
    const fail = (error: unknown): void => {
      stopListening()
      // The caller frees what was stored, which must not happen while a chunk is still being stored.
      if (taking === undefined) reject(error)
      else void taking.catch(() => undefined).then(() => reject(error))
    }
    const onEnd = (): void => {
      stopListening()
      resolve()
    }
    const onClose = (): void => fail(request.errored ?? cutOff())
    const onData = (chunk: Buffer): void => {
      try {
        taking = take(chunk)
        if (taking === undefined) return
        request.pause()
        taking.then(() => request.resume(), fail)
      } catch (error) {
        fail(error)
      }
    }
    request.on('data', onData).on('end', onEnd).on('error', fail).on('close', onClose)
  })
}

const cutOff = (): Error => new Error('The request was cut off.')

/** Reads a whole body into memory. Throws `refusal` when it is larger than the limit. */
export async function readWhole(
  request: IncomingMessage,
  limitBytes: number,
  refusal = tooLarge(limitBytes),
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw refusal
  const chunks: Buffer[] = []
  let size = 0
  await readBody(request, (chunk) => {
    size += chunk.length
    if (size > limitBytes) throw refusal
    chunks.push(chunk)
    return undefined
  })
  return Buffer.concat(chunks)
}

/** Reads a JSON object; an empty body counts as `{}`. Throws 400 for anything else, 413 when it is too large. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  return parseJsonObject((await readWhole(request, maxJsonBytes)).toString('utf8'))
}

/** Parses a JSON object; empty text counts as `{}`. Throws 400 for anything else. */
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
