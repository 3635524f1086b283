import { setImmediate } from 'node:timers/promises'

/** Looks again and again until a condition holds; fails after a time, so that no test hangs. */
export async function until(condition: () => Promise<boolean> | boolean, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`The condition did not hold within ${withinMs} ms.`)
    await setImmediate()
  }
}
