import type { ServerResponse } from 'node:http'

/** The most pages at the same time. */
export const mostListeners = 100

/** How long the end waits for pages, in milliseconds. */
const farewellMs = 300

/** An event of `text/event-stream`, its data on one line. */
export type StreamEvent = { event: string; data: string }

/** Server-sent events to any number of pages. */
export type EventStream = {
  /** Answers a request with the stream; returns `false` without an answer if there are too many listeners. */
  open(response: ServerResponse): boolean
  /** Sends an event to every page that keeps up. */
  send(event: StreamEvent): void
  /** Sends the complete state to every page that keeps up. */
  sendWhole(): void
  /** Sends a last event and ends; disconnects pages that do not take it in time. */
  end(event: StreamEvent): Promise<void>
  /** Number of connected pages. */
  listeners(): number
}

/**
 * Creates a stream that never waits for a page. A page that has not taken the previous event is skipped, and gets the complete
 * state once it has; so at most one event and one complete state are buffered per page.
 *
 * @param whole returns the complete state
 */
export function createEventStream(whole: () => StreamEvent): EventStream {
  const pages = new Set<{ response: ServerResponse; isBehind: boolean }>()
  let isEnded = false
  const isFull = ({ response }: { response: ServerResponse }): boolean => response.writableNeedDrain

  function sendAll(text: () => string): void {
    if (pages.size === 0) return
    const once = text()
    for (const page of pages) {
      page.isBehind ||= isFull(page)
      if (!page.isBehind) page.response.write(once)
    }
  }

  return {
    open(response) {
      if (pages.size >= mostListeners || isEnded) return false
      const page = { response, isBehind: false }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
      response.write(`retry: 1000\n\n${textOf(whole())}`)
      response.on('drain', () => {
        if (!page.isBehind || isEnded) return
        page.isBehind = false
        response.write(textOf(whole()))
      })
      response.on('error', () => {})
      response.on('close', () => pages.delete(page))
      pages.add(page)
      return true
    },
    send: (event) => sendAll(() => textOf(event)),
    sendWhole: () => sendAll(() => textOf(whole())),
    async end(event) {
      isEnded = true
      const text = textOf(event)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, farewellMs)
      })
      const taken = [...pages].map(
        ({ response, isBehind }) =>
          new Promise<void>((resolve) => {
            response.once('close', resolve)
            response.end(isBehind ? textOf(whole()) + text : text)
          }),
      )
      await Promise.race([Promise.all(taken), late])
      clearTimeout(timer)
      for (const { response } of pages) response.destroy()
      pages.clear()
    },
    listeners: () => pages.size,
  }
}

const textOf = ({ event, data }: StreamEvent): string => `event: ${event}\ndata: ${data}\n\n`
