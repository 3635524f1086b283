import type { Dispatcher } from 'undici'
import type { OfficialCall } from './official-client.ts'

/** What requests of one provider share. */
export type StorageConnection = {
  dispatcher: Dispatcher
  /** `http(s)://host[:port]`, without a slash at the end. */
  endpoint: string
  bucket: string
  /** Headers that authenticate a request; none for an emulator. Throws LoadTestError `STORAGE_*`, the signal's reason. */
  authorization(call: OfficialCall): Promise<Record<string, string>>
}
