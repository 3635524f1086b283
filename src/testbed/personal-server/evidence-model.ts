import { randomBytes } from 'node:crypto'
import { type EvidenceAnswer, makeEvidence } from '../../flow/evidence.ts'
import { drawModel, type ModelTiming } from './model-latency.ts'
import { ModelError, type ModelProvider, type ModelRequest, type Prediction } from './model-provider.ts'

/** Share of a prediction's latency that it spends in `starting`. */
const startingShare = 0.1
/** How long finished predictions keep their output, as at Replicate. */
const outputRetentionMs = 3_600_000
/** Predictions remembered at all, with or without output. */
const rememberedPredictions = 100_000

type Remembered = {
  createdAt: number
  startedAt: number
  finishedAt: number
  fails: boolean
  output: string | undefined
  canceledAt: number | undefined
}

/**
 * Creates the testbed's language model. It answers with an {@link EvidenceAnswer}, which proves the prompt and the bytes
 * that it read, and shows the answer after a random latency. It computes a prediction's state from the clock at each read,
 * so there is no timer to stop.
 *
 * @param now milliseconds since the epoch
 * @param remembered how many predictions are kept; older ones are forgotten
 * @example const model = createEvidenceModel({ seed: 1, medianMs: 400 }, Date.now)
 */
export function createEvidenceModel(
  timing: ModelTiming,
  now: () => number,
  remembered = rememberedPredictions,
): ModelProvider {
  const predictions = new Map<string, Remembered>()
  // Ids with an output, oldest first.
  const withOutput = new Set<string>()

  const forget = (): void => {
    for (const id of withOutput) {
      const prediction = predictions.get(id)
      if (prediction !== undefined && now() < prediction.finishedAt + outputRetentionMs) break
      if (prediction !== undefined) prediction.output = undefined
      withOutput.delete(id)
    }
    for (const id of predictions.keys()) {
      if (predictions.size <= remembered) break
      predictions.delete(id)
      withOutput.delete(id)
    }
  }

  const find = (id: string): Remembered => {
    forget()
    const prediction = predictions.get(id)
    if (prediction === undefined)
      throw new ModelError({ title: 'Not found', status: 404, detail: 'Not found.' })
    return prediction
  }

  return {
    async create(request) {
      const { latencyMs, fails } = drawModel(request.permissionId, timing)
      const createdAt = now()
      const id = predictionId()
      const prediction: Remembered = {
        createdAt,
        startedAt: createdAt + latencyMs * startingShare,
        finishedAt: createdAt + latencyMs,
        fails,
        output: JSON.stringify(answer(request)),
        canceledAt: undefined,
      }
      predictions.set(id, prediction)
      withOutput.add(id)
      forget()
      // A provider answers a creation before anything runs, however short the latency.
      return {
        ...describe(id, prediction, createdAt),
        status: 'starting',
        startedAt: null,
        finishedAt: null,
        output: null,
      }
    },
    async get(id) {
      return describe(id, find(id), now())
    },
    async cancel(id) {
      const prediction = find(id)
      if (now() < prediction.finishedAt) prediction.canceledAt ??= now()
      return describe(id, prediction, now())
    },
  }
}

/** Describes a prediction at a moment. */
function describe(id: string, prediction: Remembered, at: number): Prediction {
  const { createdAt, startedAt, finishedAt, fails, canceledAt } = prediction
  const times = (started: number | undefined, finished: number | undefined) => ({
    id,
    createdAt: iso(createdAt),
    startedAt: started === undefined ? null : iso(started),
    finishedAt: finished === undefined ? null : iso(finished),
  })
  if (canceledAt !== undefined) {
    const started = canceledAt < startedAt ? undefined : startedAt
    return { ...times(started, canceledAt), status: 'canceled', output: null }
  }
  if (at < startedAt) return { ...times(undefined, undefined), status: 'starting', output: null }
  if (at < finishedAt) return { ...times(startedAt, undefined), status: 'processing', output: [] }
  if (fails) return { ...times(startedAt, finishedAt), status: 'failed', output: null }
  const output = prediction.output === undefined ? null : [prediction.output]
  return { ...times(startedAt, finishedAt), status: 'succeeded', output }
}

function answer({ promptTemplate, files }: ModelRequest): EvidenceAnswer {
  const evidence = makeEvidence(promptTemplate, files)
  const bytes = evidence.files.reduce((sum, file) => sum + file.bytes, 0)
  const task = promptTemplate.replaceAll('{{data}}', ' ').replace(/\s+/g, ' ').trim()
  const quoted = task.length > 80 ? `${task.slice(0, 77)}...` : task
  const noun = files.length === 1 ? 'file' : 'files'
  return { answer: `Read ${files.length} ${noun} (${bytes} bytes) for the task "${quoted}".`, evidence }
}

/** 26 lower-case alphanumerics, like Replicate's ids. */
function predictionId(): string {
  return Array.from(randomBytes(26), (byte) => (byte % 32).toString(32)).join('')
}

const iso = (ms: number): string => new Date(ms).toISOString()
