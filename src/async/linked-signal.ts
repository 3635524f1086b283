/** A signal to dispose of: `dispose` removes its listener from the parent and its timer. */
export type LinkedSignal = { signal: AbortSignal; dispose(): void }

/**
 * Makes a signal that aborts with its parent or after a timeout.
 *
 * `AbortSignal.any` with `AbortSignal.timeout` does the same but keeps timers and listeners until garbage collection, which
 * is too much for thousands of flows on one parent signal.
 *
 * @param timeoutReason creates the reason when the time is up
 * @example const { signal, dispose } = linkedSignal(runSignal, 60_000, () => new LoadTestError('FLOW_TIMEOUT', '...'))
 */
export function linkedSignal(
  parent: AbortSignal,
  timeoutMs: number,
  timeoutReason: () => unknown,
): LinkedSignal {
  const controller = new AbortController()
  const follow = (): void => controller.abort(parent.reason)
  const timer = setTimeout(() => controller.abort(timeoutReason()), timeoutMs)
  if (parent.aborted) follow()
  else parent.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    dispose() {
      clearTimeout(timer)
      parent.removeEventListener('abort', follow)
    },
  }
}
