import type { Chart } from '../document/chart.ts'
import type { TimelinePoints } from '../timeline-point.ts'

/** The charts of the generator: lag, RPC calls, CPU and memory. */
export function generatorCharts({ points }: TimelinePoints): Chart[] {
  const rpcCalls = points.map(({ rpcCalls, seconds }) => (seconds > 0 ? rpcCalls / seconds : 0))
  return [
    {
      id: 'lag',
      title: 'Start lag',
      caption:
        'The latest start of a user and the event loop delay at p99, both in the worst second of each point.',
      kind: 'lines',
      unit: 'ms',
      series: [
        { name: 'latest start', color: 'p95', values: points.map(({ lagMaxMs }) => lagMaxMs) },
        { name: 'event loop p99', color: 'p50', values: points.map(({ eventLoopP99Ms }) => eventLoopP99Ms) },
      ],
    },
    {
      id: 'rpc',
      title: 'RPC calls',
      caption: 'Calls to the chain per second, for all flows.',
      kind: 'lines',
      unit: 'per-second',
      series: [{ name: 'calls', color: 'blockchain-2', values: rpcCalls }],
    },
    {
      id: 'cpu',
      title: 'CPU',
      caption: 'Of all threads; 100% is one core.',
      kind: 'lines',
      unit: 'cores',
      series: [{ name: 'CPU', color: 'inference-2', values: points.map(({ cpuCores }) => cpuCores) }],
    },
    {
      id: 'memory',
      title: 'Memory',
      caption: 'Resident memory; maximum of each point.',
      kind: 'lines',
      unit: 'bytes',
      series: [{ name: 'memory', color: 'storage-2', values: points.map(({ rssBytes }) => rssBytes) }],
    },
  ]
}
