import { addSpikes } from './add-spikes.ts'
import type { LoadProfile } from './profile.ts'
import type { RateStage } from './stage.ts'

/**
 * Makes a function that names the phase of a profile at a moment: `ramp-up`, `sustain`, `ramp-down`, `spike`, `pause`, or
 * `drain` after the last arrival.
 */
export function profilePhases({ arrival }: LoadProfile): (elapsedMs: number) => string {
  switch (arrival.kind) {
    case 'poisson':
    case 'constant': {
      const stages = addSpikes(arrival.stages, arrival.spikes)
      return (elapsedMs) => {
        const isInSpike = arrival.spikes.some(
          ({ atMs, durationMs }) => atMs <= elapsedMs && elapsedMs < atMs + durationMs,
        )
        return isInSpike ? 'spike' : phaseOf(stageAt(stages, elapsedMs))
      }
    }
    case 'wave':
      return () => 'waves'
    case 'replay':
      return (elapsedMs) => (elapsedMs <= (arrival.dueMs.at(-1) ?? 0) ? 'replay' : 'drain')
    case 'batch':
      return () => 'batches'
    case 'at-once':
      return () => 'all at once'
  }
}

function stageAt(stages: readonly RateStage[], elapsedMs: number): RateStage | undefined {
  let endMs = 0
  return stages.find(({ durationMs }) => {
    endMs += durationMs
    return elapsedMs < endMs
  })
}

function phaseOf(stage: RateStage | undefined): string {
  if (stage === undefined) return 'drain'
  if (stage.fromPerSecond < stage.toPerSecond) return 'ramp-up'
  if (stage.fromPerSecond > stage.toPerSecond) return 'ramp-down'
  return stage.toPerSecond > 0 ? 'sustain' : 'pause'
}
