/**
 * Does a piece of work for each item, at most `limit` at a time. After a failure nothing more is begun; what is under
 * way is waited for, so that nothing goes on behind the caller's back.
 *
 * @throws the first failure
 * @example await runLimited(batches, 4, (batch) => pay(batch))
 */
export async function runLimited<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  const failures: unknown[] = []
  const worker = async (): Promise<void> => {
    while (failures.length === 0) {
      const next = iterator.next()
      if (next.done) return
      try {
        await work(next.value)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (failures.length > 0) throw failures[0]
}
