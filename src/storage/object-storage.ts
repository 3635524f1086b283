import type {
  StorageFile,
  StorageListOptions,
  StorageProvider,
  StorageProviderConfig,
  StorageUploadResult,
} from '@opendatalabs/vana-sdk'

/** Options of a call. */
export type StorageCallOptions = {
  signal?: AbortSignal | undefined
  /** Time limit of each request, in ms. @default the provider's */
  timeoutMs?: number | undefined
}

/** Options of an upload. */
export type UploadOptions = StorageCallOptions & {
  /** Name of the object, after the prefix. @default a random one */
  name?: string | undefined
  /** @default the blob's type, or application/octet-stream */
  contentType?: string | undefined
}

/**
 * A `StorageProvider` of the Vana SDK whose calls can be aborted.
 *
 * Makes each request once; retries are up to the caller, which counts them. Every call rejects with a `LoadTestError`
 * (`STORAGE_UNREACHABLE`, `STORAGE_REFUSED`, `STORAGE_FAILED`, with `details.status` and `details.retryAfterMs` from the
 * answer), or as soon as its signal aborts, with the signal's reason. No error has a signature, token or key.
 */
export interface ObjectStorage extends StorageProvider {
  /** Stores an object and returns the URL under which a personal server reads it. */
  upload(content: Blob | Uint8Array, options?: string | UploadOptions): Promise<StorageUploadResult>
  download(url: string, options?: StorageCallOptions): Promise<Blob>
  list(options?: StorageListOptions & StorageCallOptions): Promise<StorageFile[]>
  /** Deletes the object of a URL; false when it does not exist. */
  delete(url: string, options?: StorageCallOptions): Promise<boolean>
  /** Returns the permissions for a load test and its cleanup that are missing, as far as the service reports them. */
  missingPermissions(options?: StorageCallOptions): Promise<string[]>
  getConfig(): StorageProviderConfig
  /** Closes all connections. */
  close(): Promise<void>
}

/** An object to store. */
export type NewObject = { name: string; contentType: string; bytes: Uint8Array }
