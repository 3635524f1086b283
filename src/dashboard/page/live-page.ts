import { printNodes } from '../../report/html/print-nodes.ts'
import { createLiveTimeline } from '../../report/live-timeline.ts'
import type { LiveState, LiveWhole } from '../live-state.ts'
import { details } from './details.ts'
import { messages } from './messages.ts'
import { now } from './now.ts'
import { search } from './search.ts'
import { status, titleOf } from './status.ts'
import { time } from './time.ts'

/** The page's title, and the HTML of each part by the id of its element. */
export type DrawnPage = { title: string; parts: Record<string, string> }

/** A live page without its document: takes events and draws the parts of the page. It runs in the browser. */
export type LivePage = {
  whole(whole: LiveWhole): void
  state(state: LiveState): void
  draw(): DrawnPage
}

/** Creates an empty page. */
export function createLivePage(): LivePage {
  let timeline = createLiveTimeline()
  let state: LiveState | null = null
  let lastMs = -1

  return {
    whole(whole) {
      timeline = createLiveTimeline(whole.timeline)
      state = whole.state
      lastMs = state.snapshot?.lastSecond?.atMs ?? -1
    },
    state(next) {
      const second = next.snapshot?.lastSecond ?? null
      if (second !== null && second.atMs > lastMs) {
        timeline.add(second)
        lastMs = second.atMs
      }
      state = next
    },
    draw() {
      if (state === null) return { title: 'vana-load', parts: {} }
      const { snapshot } = state
      const points = timeline.points({
        durationMs: Math.max(snapshot?.elapsedMs ?? 0, 1),
        flows: snapshot?.users.succeeded ?? 0,
      })
      const parts = {
        status: status(state),
        now: now(state),
        search: search(state),
        time: time(state, points),
        details: details(state),
      }
      const printed = Object.entries(parts).map(([id, nodes]) => [id, printNodes(nodes).html])
      return {
        title: titleOf(state),
        parts: { ...Object.fromEntries(printed), messages: messages(state).html },
      }
    },
  }
}
