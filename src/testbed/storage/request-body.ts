import type { IncomingMessage } from 'node:http'
import { maxJsonBytes } from './exchange.ts'
import { parseError, tooLarge } from './service-error.ts'

/**
 * Hands on a request's body piece by piece, and waits for what takes time before it hands on the next.
 *
 * By events, since an iterator costs a small upload more than all else that is done with it. Giving up half-way leaves
 * the connection alone, so that the error can still be answered.
 *
 * @param take what is done with a piece; the promise, if there is one, settles when the next may come
 * @throws what `take` throws, or the request's error when it breaks off
 */
export function readBody(
  request: IncomingMessage,
  take: (chunk: Buffer) => Promise<void> | undefined,
): Promise<void> {
  if (request.readableEnded) return Promise.resolve()
  if (request.destroyed) return Promise.reject(request.errored ?? brokenOff())
  return new Promise((resolve, reject) => {
    let taking: Promise<void> | undefined
    const stopListening = (): void => {
      request.off('data', onData).off('end', onEnd).off('error', fail).off('close', onClose)
    }
    const fail = (error: unknown): void => {
      stopListening()
      // Whoever gives up frees what was taken, and not while it is still being put away.
      if (taking === undefined) reject(error)
      else void taking.catch(() => undefined).then(() => reject(error))
    }
    const onEnd = (): void => {
      stopListening()
      resolve()
    }
    const onClose = (): void => fail(request.errored ?? brokenOff())
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

const brokenOff = (): Error => new Error('The request broke off.')

/** Reads a JSON body; an empty one counts as `{}`. Throws 400 when it is not a JSON object, 413 when it is too large. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  await readBody(request, (chunk) => {
    size += chunk.length
    if (size > maxJsonBytes) throw tooLarge(maxJsonBytes)
    chunks.push(chunk)
    return undefined
  })
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
