import type { Dispatcher } from 'undici'
import type { OfficialCall } from './official-client.ts'

/** What the requests to one bucket share. */
export type StorageConnection = {
  dispatcher: Dispatcher
  /** `http(s)://host[:port]`, without a slash at the end. */
  endpoint: string
  bucket: string
  /** Returns the headers that authenticate a request. Throws LoadTestError `STORAGE_*`, the signal's reason. */
  authorization(call: OfficialCall): Promise<Record<string, string>>
}
