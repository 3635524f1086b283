import type { RateStage, Spike } from './stage.ts'

/**
 * Adds spikes to stages. Rates add up, and stages are split where a spike begins or ends.
 *
 * @param spikes must end before the last stage does
 */
export function addSpikes(stages: readonly RateStage[], spikes: readonly Spike[]): RateStage[] {
  const edgesMs = spikes.flatMap(({ atMs, durationMs }) => [atMs, atMs + durationMs])
  const result: RateStage[] = []
  let startMs = 0
  for (const stage of stages) {
    const endMs = startMs + stage.durationMs
    const inside = edgesMs.filter((edgeMs) => edgeMs > startMs && edgeMs < endMs)
    const cutsMs = [...new Set([startMs, ...inside, endMs])].sort((a, b) => a - b)
    for (const [i, toMs] of cutsMs.entries()) {
      const fromMs = cutsMs[i - 1]
      if (fromMs === undefined) continue
      const extra = spikes
        .filter(({ atMs, durationMs }) => atMs <= fromMs && toMs <= atMs + durationMs)
        .reduce((sum, { perSecond }) => sum + perSecond, 0)
      const rateAt = (timeMs: number): number => {
        const progress = (timeMs - startMs) / stage.durationMs
        return stage.fromPerSecond + (stage.toPerSecond - stage.fromPerSecond) * progress
      }
      result.push({
        durationMs: toMs - fromMs,
        fromPerSecond: (fromMs === startMs ? stage.fromPerSecond : rateAt(fromMs)) + extra,
        toPerSecond: (toMs === endMs ? stage.toPerSecond : rateAt(toMs)) + extra,
      })
    }
    startMs = endMs
  }
  return result
}
