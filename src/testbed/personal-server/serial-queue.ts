/** Runs tasks one at a time, in the order of their arrival. */
export type SerialQueue = {
  run<result>(task: () => Promise<result>): Promise<result>
}

/**
 * Creates a queue. The next task runs even if one fails.
 *
 * @example await createSerialQueue().run(() => handle(request))
 */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(task) {
      const result = last.then(task)
      last = result.catch(() => undefined)
      return result
    },
  }
}
