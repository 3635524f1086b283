import type { Dispatcher } from 'undici'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createHttpAgent } from '../http/outbound.ts'
import type { StorageCallOptions } from './object-storage.ts'
import type { StorageAnswer } from './storage-request.ts'

/** Options of every storage provider. */
export type ProviderOptions = {
  /** Endpoint of a stand-in for the service. @default the real one */
  apiEndpoint?: string | undefined
  /** Beginning of the names of all files, e.g. `runs/42/`. @default '' */
  prefix?: string | undefined
  /** Time limit of one request, in milliseconds. */
  timeoutMs: number
  /** Most connections at a time; further requests wait for one. @default 256 */
  connections?: number | undefined
  /** Signal for calls without one of their own. */
  signal?: AbortSignal | undefined
}

/** Signal and time limit of one call. */
export type StorageCall = { signal: AbortSignal | undefined; timeoutMs: number }

/** What the requests of a provider share. */
export type ProviderConnection = {
  dispatcher: Dispatcher
  prefix: string
  timeoutMs: number
  /** Fills in what a call leaves to the provider. */
  callOf(options: StorageCallOptions): StorageCall
}

export function openConnection(options: ProviderOptions): ProviderConnection {
  const { prefix = '', timeoutMs: usualTimeoutMs, connections = 256, signal: usualSignal } = options
  return {
    dispatcher: createHttpAgent({ connections, pipelining: 1 }),
    prefix,
    timeoutMs: usualTimeoutMs,
    callOf: ({ signal = usualSignal, timeoutMs = usualTimeoutMs }) => ({ signal, timeoutMs }),
  }
}

/** What every provider can do. */
export const features = { upload: true, download: true, list: true, delete: true }

/** Returns an answer's body with its content type. */
export function blobOf({ headers, body }: StorageAnswer): Blob {
  const type = headers['content-type']
  return new Blob([new Uint8Array(body)], typeof type === 'string' ? { type } : {})
}

/**
 * Waits for a deletion.
 *
 * @param isGone whether an error means that the file does not exist (default: status 404)
 * @returns false when the file did not exist
 */
export async function deleted(
  deletion: Promise<unknown>,
  isGone = ({ details }: LoadTestError) => details.status === 404,
): Promise<boolean> {
  try {
    await deletion
    return true
  } catch (error) {
    if (error instanceof LoadTestError && isGone(error)) return false
    throw error
  }
}
