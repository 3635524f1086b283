/** Input of a prediction. A remote model would receive the prompt alone. */
export type ModelRequest = {
  /** The whole prompt, data included. */
  prompt: string
  /** The prompt of the grant file, without data. */
  promptTemplate: string
  /** The decrypted files, in the permission's order. */
  files: readonly Uint8Array[]
  /** Decimal text. */
  permissionId: string
}

/** A prediction as the provider reports it. Known statuses: `starting`, `processing`, `succeeded`, `failed`, `canceled`. */
export type Prediction = {
  id: string
  status: string
  /** ISO 8601. */
  createdAt: string
  /** ISO 8601, once known. */
  startedAt: string | null
  /** ISO 8601, once known. */
  finishedAt: string | null
  /** Text, a list of texts, or null. */
  output: unknown
}

/** Runs the language model. In the original this is Replicate, over HTTP. */
export type ModelProvider = {
  /** Starts a prediction and does not wait for it. @throws {ModelError} */
  create(request: ModelRequest, signal: AbortSignal): Promise<Prediction>
  /** @throws {ModelError} for an unknown id */
  get(id: string, signal: AbortSignal): Promise<Prediction>
  /** Cancels a prediction; a finished one does not change. @throws {ModelError} for an unknown id */
  cancel(id: string, signal: AbortSignal): Promise<Prediction>
}

/** An error of the provider, with the message of the original's client library. */
export class ModelError extends Error {
  override readonly name = 'ModelError'

  constructor(details: Record<string, string | number>) {
    const lines = Object.entries(details).map(([key, value]) => `${key}: ${value}`)
    super(`ReplicateError Details:\n${lines.join('\n')}`)
  }
}
