import { availableParallelism, cpus, loadavg } from 'node:os'

/** Describes the machine and the versions. The load from other programs shows how reliable the figures are. */
export function describeMachine(): Record<string, unknown> {
  const [loadPerMinute = Number.NaN] = loadavg()
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    loadBefore: loadPerMinute,
  }
}
