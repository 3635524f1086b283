/** Recorded arrivals, in milliseconds from the start of their run, ascending; or why a text is not a recording. */
export type RecordedArrivals = { dueMs: number[] } | { problem: string }

/**
 * Reads arrivals to replay: the due times in the `flows.ndjson` of a run, or one time per line, in seconds from the start or
 * as dates, where the earliest is the start. Skips empty lines and lines that begin with `#`.
 *
 * @example readRecordedArrivals('0\n0.5\n2') // { dueMs: [0, 500, 2000] }
 */
export function readRecordedArrivals(text: string): RecordedArrivals {
  const dueMs: number[] = []
  let firstDateMs: number | undefined
  for (const [number, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const read = readLine(line)
    if (read === undefined || !Number.isFinite(read.timeMs)) {
      return { problem: `line ${number + 1} is neither a flow with dueMs, nor seconds, nor a date` }
    }
    if (read.isDate) firstDateMs = Math.min(firstDateMs ?? Number.POSITIVE_INFINITY, read.timeMs)
    else if (read.timeMs < 0) return { problem: `line ${number + 1} is before the start` }
    dueMs.push(read.timeMs)
  }
  if (firstDateMs !== undefined) {
    const startMs = firstDateMs
    if (dueMs.some((timeMs) => timeMs < startMs)) return { problem: 'it mixes dates with seconds' }
    for (const [i, timeMs] of dueMs.entries()) dueMs[i] = timeMs - startMs
  }
  return { dueMs: dueMs.sort((a, b) => a - b) }
}

function readLine(line: string): { timeMs: number; isDate: boolean } | undefined {
  if (line.startsWith('{')) {
    const dueMs = dueOfFlow(line)
    return dueMs === undefined ? undefined : { timeMs: dueMs, isDate: false }
  }
  if (/^-?\d+(\.\d+)?$/.test(line)) return { timeMs: Number(line) * 1000, isDate: false }
  return /^\d{4}-\d\d-\d\d/.test(line) ? { timeMs: Date.parse(line), isDate: true } : undefined
}

function dueOfFlow(line: string): number | undefined {
  try {
    const flow: unknown = JSON.parse(line)
    const due = typeof flow === 'object' && flow !== null && 'dueMs' in flow ? flow.dueMs : undefined
    return typeof due === 'number' ? due : undefined
  } catch {
    return undefined
  }
}
