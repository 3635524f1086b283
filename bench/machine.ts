import { availableParallelism, cpus, loadavg } from 'node:os'

/** Where and with what was measured; the load of others on the machine says how far to trust the figures. */
export function describeMachine(): Record<string, unknown> {
  const [loadPerMinute = Number.NaN] = loadavg()
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    loadBefore: loadPerMinute,
  }
}
