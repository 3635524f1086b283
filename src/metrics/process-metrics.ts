import { readdirSync } from 'node:fs'
import type { MetricFamily } from './prometheus-text.ts'

/** Resources of this process, with the standard names of Prometheus client libraries. */
export function processMetrics(): MetricFamily[] {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  const gauge = (name: string, help: string, value: number | null): MetricFamily => ({
    name,
    help,
    type: 'gauge',
    samples: [{ value }],
  })
  return [
    {
      name: 'process_cpu_seconds',
      help: 'CPU time of the generator, user and system, of all its threads.',
      type: 'counter',
      samples: [{ value: (user + system) / 1e6 }],
    },
    gauge('process_resident_memory_bytes', 'Resident memory of the generator.', rss),
    gauge('process_start_time_seconds', 'When the generator started, in Unix time.', processStartSeconds),
    gauge('process_open_fds', 'Open file descriptors of the generator.', openFiles()),
    gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use.', heapUsed),
    gauge('nodejs_heap_size_total_bytes', 'JavaScript heap reserved.', heapTotal),
    gauge('nodejs_external_memory_bytes', 'Memory of objects outside the JavaScript heap.', external),
  ]
}

const processStartSeconds = Math.round((performance.timeOrigin / 1000) * 1000) / 1000

/** `null` if the system does not report it. */
function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return null
  }
}
