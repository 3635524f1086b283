import { createHash } from 'node:crypto'

/** Latency and failures of predictions. */
export type ModelTiming = {
  /** Same seed, same permission: same latency and same outcome, whatever the order of requests. @default 'vana' */
  seed?: string | number | undefined
  /** Median of the log-normal latency, in milliseconds. @default 400 */
  medianMs?: number | undefined
  /** Standard deviation of the latency's logarithm; 0 makes every latency the median. @default 0.5 */
  sigma?: number | undefined
  /** Smallest latency, in milliseconds. @default 0 */
  minMs?: number | undefined
  /** Largest latency, in milliseconds. @default 60_000 */
  maxMs?: number | undefined
  /** Share of predictions that fail, 0 to 1. @default 0 */
  failureRate?: number | undefined
}

/** Latency and outcome of one prediction. */
export type ModelDraw = { latencyMs: number; fails: boolean }

/**
 * Draws the latency and the outcome of a permission's predictions: a pure function of seed and permission.
 *
 * @example drawModel('7', { seed: 1, medianMs: 400 }) // { latencyMs: 512.3, fails: false }
 */
export function drawModel(permissionId: string, timing: ModelTiming = {}): ModelDraw {
  const { seed = 'vana', medianMs = 400, sigma = 0.5, minMs = 0, maxMs = 60_000, failureRate = 0 } = timing
  const [first, second, third] = uniforms(`${seed}:${permissionId}`)
  // Box-Muller; 1 - first keeps the logarithm finite.
  const normal = Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second)
  const latencyMs = Math.min(maxMs, Math.max(minMs, medianMs * Math.exp(sigma * normal)))
  return { latencyMs, fails: third < failureRate }
}

/** Three independent numbers in [0, 1). */
function uniforms(key: string): [number, number, number] {
  const digest = createHash('sha256').update(key).digest()
  const at = (offset: number): number => digest.readUIntBE(offset, 6) / 2 ** 48
  return [at(0), at(6), at(12)]
}
