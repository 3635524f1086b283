import { type DependencyName, dependencyNames } from '../../config/dependency.ts'
import { dependencyName } from '../dependency-name.ts'
import type { Chart, Series } from '../document/chart.ts'
import type { TimelinePoints } from '../timeline-point.ts'

/** The charts of the stack's components; a chart without data is left out. */
export function stackCharts({ points }: TimelinePoints): Chart[] {
  const names = dependencyNames.filter((name) => points.some(({ components }) => name in components))
  const series = (key: 'cpuShare' | 'busyShare' | 'queueDepth'): Series[] =>
    names
      .map((name) => ({
        name: dependencyName(name),
        color: componentColors[name],
        values: points.map(({ components }) => components[name]?.[key] ?? null),
      }))
      .filter(({ values }) => values.some((value) => value !== null))
  const waiting = points.map(({ fundingWaiting }) => fundingWaiting)
  const hasFunding = waiting.some((value) => value !== null)
  const charts: Chart[] = [
    {
      id: 'component-cpu',
      title: 'CPU of the components',
      caption: '100% is one core.',
      kind: 'lines',
      unit: 'cores',
      series: series('cpuShare'),
    },
    {
      id: 'component-busy',
      title: 'Utilization of the components',
      caption:
        'Share of time with a request in flight; for the chain, gas used of its blocks. At 100% users queue.',
      kind: 'lines',
      unit: 'ratio',
      series: series('busyShare'),
    },
    {
      id: 'component-queue',
      title: 'Request queues',
      caption:
        'Requests that wait in the personal server; waiting or in flight in the others. Maximum of each point.',
      kind: 'lines',
      unit: 'count',
      series: series('queueDepth'),
    },
    {
      id: 'funding',
      title: 'Users waiting for funds',
      caption: 'Due users whose wallet is not funded yet: a limit of the generator, not of the stack.',
      kind: 'lines',
      unit: 'count',
      series: hasFunding ? [{ name: 'waiting', color: 'blockchain-3', values: waiting }] : [],
    },
  ]
  return charts.filter(({ series }) => series.length > 0)
}

const componentColors: Record<DependencyName, string> = {
  chain: 'blockchain-3',
  storage: 'storage-2',
  personalServer: 'inference-3',
  apiServer: 'p95',
  model: 'client-2',
}
