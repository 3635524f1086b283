/** Figures of a server since it started. */
export type ServerStats = {
  /** Operations created. */
  operations: number
  /** Answers other than success, by error code or, without one, by status: `HTTP_404`. */
  rejections: Record<string, number>
  /** Requests that wait for their turn. */
  queueDepth: number
  /** Milliseconds during which at least one request was being handled. */
  busyMs: number
  /** Answers by route. */
  served: Record<string, number>
}

/** Records the figures of {@link ServerStats}. */
export type StatsRecorder = {
  arrived(): void
  started(): void
  /** @param code error code of a refusal */
  finished(route: string, status: number, code?: string): void
  read(): ServerStats
}

/** Creates a recorder. @param now milliseconds of a monotonic clock */
export function createStats(now: () => number): StatsRecorder {
  const rejections: Record<string, number> = {}
  const served: Record<string, number> = {}
  let operations = 0
  let queued = 0
  let handling = 0
  let busyMs = 0
  let busySince = 0
  return {
    arrived: () => {
      queued++
    },
    started: () => {
      queued--
      if (handling++ === 0) busySince = now()
    },
    finished: (route, status, code) => {
      if (--handling === 0) busyMs += now() - busySince
      served[route] = (served[route] ?? 0) + 1
      if (route === 'create-operation' && status === 202) operations++
      const reason = code ?? (status >= 400 ? `HTTP_${status}` : undefined)
      if (reason !== undefined) rejections[reason] = (rejections[reason] ?? 0) + 1
    },
    read: () => ({
      operations,
      rejections: { ...rejections },
      queueDepth: queued,
      busyMs: busyMs + (handling > 0 ? now() - busySince : 0),
      served: { ...served },
    }),
  }
}
