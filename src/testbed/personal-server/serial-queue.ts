/** Runs tasks one at a time, in the order in which they came. */
export type SerialQueue = {
  run<result>(task: () => Promise<result>): Promise<result>
}

/**
 * Makes a queue; a task that fails does not hold up the next.
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
