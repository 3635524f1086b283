import type { OutcomeCounts } from '../../results/outcome-counts.ts'
import type { Summary } from '../../results/summary-schema.ts'
import type { ReportNode } from '../document/document.ts'
import { formatBytes, formatCount, formatMs, formatRate, formatShare, formatVana } from '../format-value.ts'
import { shownOutcomes } from '../outcome-names.ts'

/** The six figures at the top of a run's report. */
export function keyFigures(summary: Summary): ReportNode {
  const { users, throughput, latencyMs, arrivals, gas, resources } = summary
  const share = users.planned === 0 ? null : users.succeeded / users.planned
  const each = gas.transactions === 0 ? null : (BigInt(gas.costWei) / BigInt(gas.transactions)).toString()
  const figure = (name: string, value: string, note: string) => ({ name, value, note })
  return {
    kind: 'figures',
    depth: 'standard',
    figures: [
      figure(
        'Succeeded',
        formatShare(share),
        `${formatCount(users.succeeded)} of ${formatCount(users.planned)} users`,
      ),
      figure(
        'Throughput',
        `${formatRate(throughput.flowsPerSecond)}/s`,
        `peak ${formatRate(throughput.peakFlowsPerSecond)}/s`,
      ),
      figure('Flow, p95', formatMs(latencyMs.flow.p95), `p50 ${formatMs(latencyMs.flow.p50)}`),
      figure('Cost per user', formatVana(each), `${formatCount(gas.perFlow)} gas`),
      figure('Start lag, p99', formatMs(arrivals.lagMs.p99), `max ${formatMs(arrivals.lagMs.max)}`),
      figure(
        'Generator memory',
        formatBytes(resources.rssPeakBytes),
        `CPU ${formatMs(resources.cpuMsPerFlow)} per flow`,
      ),
    ],
  }
}

/**
 * All users by outcome.
 *
 * @param open users whose flow has not ended yet. @default 0
 */
export function outcomeShares(users: OutcomeCounts, open = 0): ReportNode {
  const ended = shownOutcomes
    .filter(({ key }) => users[key] > 0)
    .map(({ key, name, color }) => ({ name, color, count: users[key] }))
  const pending = open > 0 ? [{ name: 'not ended', color: 'rule', count: open }] : []
  return { kind: 'shares', depth: 'standard', label: 'Outcomes', shares: [...ended, ...pending] }
}
