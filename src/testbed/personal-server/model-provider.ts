/** What a prediction is asked for. A remote model would be sent the prompt alone. */
export type ModelRequest = {
  /** The whole prompt, data included. */
  prompt: string
  /** The prompt of the grant file, before the data went in. */
  promptTemplate: string
  /** The decrypted files, in the permission's order. */
  files: readonly Uint8Array[]
  /** Decimal text. */
  permissionId: string
}

/** A prediction as the provider reports it; only `starting`, `processing`, `succeeded`, `failed`, `canceled` are known. */
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

/** Where the language model runs. In the original this is Replicate, reached over HTTP. */
export type ModelProvider = {
  /** Starts a prediction and does not wait for it. @throws {ModelError} */
  create(request: ModelRequest, signal: AbortSignal): Promise<Prediction>
  /** @throws {ModelError} when the id is unknown */
  get(id: string, signal: AbortSignal): Promise<Prediction>
  /** Cancels a prediction that has not finished; leaves a finished one as it is. @throws {ModelError} when the id is unknown */
  cancel(id: string, signal: AbortSignal): Promise<Prediction>
}

/** A refusal of the provider, worded as the client library of the original words it. */
export class ModelError extends Error {
  override readonly name = 'ModelError'

  constructor(details: Record<string, string | number>) {
    const lines = Object.entries(details).map(([key, value]) => `${key}: ${value}`)
    super(`ReplicateError Details:\n${lines.join('\n')}`)
  }
}
