import type { ServerResponse } from 'node:http'

/** More pages than these are turned away. */
export const mostListeners = 100

/** How long pages are waited for at the end, in milliseconds. */
const farewellMs = 300

/** An event of `text/event-stream`, its data on one line. */
export type StreamEvent = { event: string; data: string }

/** Server-sent events to any number of pages. */
export type EventStream = {
  /** Answers a request with the stream; `false` when there are too many listeners, and nothing was answered. */
  open(response: ServerResponse): boolean
  /** Sends an event to every page that keeps up. */
  send(event: StreamEvent): void
  /** Sends the whole to every page that keeps up. */
  sendWhole(): void
  /** Sends a last event, and ends; pages that don't take it soon are cut off. */
  end(event: StreamEvent): Promise<void>
  /** Pages that listen now. */
  listeners(): number
}

/**
 * Makes a stream that never waits for a page: one that hasn't taken the event before is left out, and given the whole when it
 * has. So at most one event and one whole are kept for each.
 *
 * @param whole what a page needs to go on from
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
