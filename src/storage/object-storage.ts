import type {
  StorageFile,
  StorageListOptions,
  StorageProvider,
  StorageProviderConfig,
  StorageUploadResult,
} from '@opendatalabs/vana-sdk'

/** What a call may say. */
export type StorageCallOptions = {
  signal?: AbortSignal | undefined
  /** For each request, in ms. @default the provider's */
  timeoutMs?: number
}

/** What an upload may say. */
export type UploadOptions = StorageCallOptions & {
  /** Name of the object, after the prefix. @default a random one */
  name?: string
  /** @default the blob's type, or application/octet-stream */
  contentType?: string
}

/**
 * A `StorageProvider` of the Vana SDK whose calls can be aborted.
 *
 * Every request is made once: retries are the caller's, who has to count them. Every call rejects with a `LoadTestError`
 * (`STORAGE_UNREACHABLE`, `STORAGE_REFUSED`, `STORAGE_FAILED`, with `details.status` and `details.retryAfterMs` where
 * the service said so), or with the signal's reason, at once when it aborts. No error holds a signature, token or key.
 */
export interface ObjectStorage extends StorageProvider {
  /** Stores an object and returns the URL under which a personal server reads it. */
  upload(content: Blob | Uint8Array, options?: string | UploadOptions): Promise<StorageUploadResult>
  download(url: string, options?: StorageCallOptions): Promise<Blob>
  list(options?: StorageListOptions & StorageCallOptions): Promise<StorageFile[]>
  /** Deletes what a URL stands for; false when there is nothing any more. */
  delete(url: string, options?: StorageCallOptions): Promise<boolean>
  /** Which of the rights that a load test and cleaning up after it need are missing, as far as they can be asked for. */
  missingPermissions(options?: StorageCallOptions): Promise<string[]>
  getConfig(): StorageProviderConfig
  /** Closes all connections. */
  close(): Promise<void>
}

/** What is to be stored, settled. */
export type NewObject = { name: string; contentType: string; bytes: Uint8Array }
