import type { TimelineLine } from '../results/timeline-line.ts'
import type { TimelinePoints } from './timeline-point.ts'
import { pointIndexOf, pointLengthMs } from './timeline-points.ts'
import { joinStretches, pointOf, stretchOf, type TimelineStretch } from './timeline-stretch.ts'

/** The most stretches; beyond that they are joined into longer ones. */
const mostStretches = 600

/** Lengths of stretches in seconds, each a multiple of the one before. */
const ladder = [1, 2, 10, 30, 60, 300, 900, 3600, 7200, 14_400, 86_400]

/** A run so far, in bounded memory; plain JSON. */
export type LiveTimelineState = {
  stretchMs: number
  /** In chronological order; `at` counts stretches since the start of the run. */
  stretches: { at: number; stretch: TimelineStretch }[]
}

/** Takes a run's timeline line by line, and returns the points of charts at any time. */
export type LiveTimeline = {
  add(line: TimelineLine): void
  /** Returns the points of charts; `run` as for `timelinePoints`. */
  points(run: { durationMs: number; flows: number }): TimelinePoints
  /** Returns the state for another process to continue from. */
  state(): LiveTimelineState
}

/**
 * Creates a live timeline: of seconds at first, and as the run gets longer of stretches of two, ten, thirty seconds and so on,
 * at most 600. A timeline that continues from the state of another one and gets the same lines is equal to it.
 *
 * @param from state to continue from. @default the start of a run
 */
export function createLiveTimeline(
  from: LiveTimelineState = { stretchMs: 1000, stretches: [] },
): LiveTimeline {
  let { stretchMs } = from
  let stretches = [...from.stretches]

  const put = (at: number, stretch: TimelineStretch): void => {
    const last = stretches.at(-1)
    if (last === undefined || last.at < at) stretches.push({ at, stretch })
    else stretches[stretches.length - 1] = { at: last.at, stretch: joinStretches([last.stretch, stretch]) }
  }
  const lengthen = (): void => {
    const nextMs = ladder.map((seconds) => seconds * 1000).find((ms) => ms > stretchMs) ?? stretchMs * 2
    const perNext = nextMs / stretchMs
    const shorter = stretches
    stretchMs = nextMs
    stretches = []
    for (const { at, stretch } of shorter) put(Math.floor(at / perNext), stretch)
  }

  return {
    add(line) {
      put(pointIndexOf(line, stretchMs), stretchOf(line))
      while (stretches.length > mostStretches) lengthen()
    },
    points(run) {
      const pointMs = pointLengthMs(run, stretchMs)
      const perPoint = pointMs / stretchMs
      const groups = new Map<number, TimelineStretch[]>()
      for (const { at, stretch } of stretches) {
        const index = Math.floor(at / perPoint)
        const group = groups.get(index)
        if (group === undefined) groups.set(index, [stretch])
        else group.push(stretch)
      }
      const points = [...groups].map(([index, group]) => pointOf(index * pointMs, joinStretches(group)))
      return { pointMs, points }
    },
    state: () => ({ stretchMs, stretches: [...stretches] }),
  }
}
