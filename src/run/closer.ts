/** Closes what was opened, see {@link createCloser}. */
export type Closer = {
  /** Adds what closes one thing; it is called once. */
  add(close: () => unknown): void
  /**
   * Closes everything, last opened first, also after one that fails. Calling it again closes what was added since.
   *
   * @returns what failed, in that order; never rejects
   */
  close(): Promise<unknown[]>
}

/**
 * Makes a closer: the one place that knows what a run has opened.
 *
 * @example
 * const closer = createCloser()
 * const client = connect()
 * closer.add(() => client.close())
 * const failures = await closer.close()
 */
export function createCloser(): Closer {
  const open: (() => unknown)[] = []
  return {
    add(close) {
      open.push(close)
    },
    async close() {
      const failures: unknown[] = []
      for (let close = open.pop(); close !== undefined; close = open.pop()) {
        try {
          await close()
        } catch (error) {
          failures.push(error)
        }
      }
      return failures
    },
  }
}

/**
 * Does work with a closer, and closes everything when the work ends, however it ends.
 *
 * @throws what the work throws; after work that succeeded, what failed to close: the one failure, or an `AggregateError` of all
 * @example await closeAfter(async (closer) => { closer.add(() => server.stop()); return await use(server) })
 */
export async function closeAfter<Result>(work: (closer: Closer) => Promise<Result>): Promise<Result> {
  const closer = createCloser()
  let result: Result
  try {
    result = await work(closer)
  } catch (error) {
    await closer.close()
    throw error
  }
  const failures = await closer.close()
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('; '))
  if (failures.length === 1) throw failures[0]
  return result
}
