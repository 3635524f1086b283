/**
 * Does a piece of work for each item, at most `limit` at a time; the next item is asked for when there is room for it.
 * After a failure nothing more is begun; what is running is waited for, so that nothing goes on behind the caller's
 * back.
 *
 * @throws the first failure
 * @example await runLimited(batches, 4, (batch) => pay(batch))
 */
export async function runLimited<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const failures: unknown[] = []
  const worker = async (): Promise<void> => {
    while (failures.length === 0) {
      try {
        const next = await iterator.next()
        // While it was looked for, another may have failed.
        if (next.done || failures.length > 0) return
        await work(next.value)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (failures.length > 0) throw failures[0]
}
