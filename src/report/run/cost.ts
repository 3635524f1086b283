import type { Summary } from '../../results/summary-schema.ts'
import type { Pair, ReportNode } from '../document/document.ts'
import { code } from '../document/inline.ts'
import {
  formatBytes,
  formatCount,
  formatGwei,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
  nothing,
} from '../format-value.ts'
import { moneyPairs } from '../money-pairs.ts'

/** The cost of a run: gas, money, RPC calls, and the resources of the generator. */
export function costSection(summary: Summary): ReportNode {
  return {
    kind: 'section',
    id: 'cost-title',
    title: 'Cost',
    depth: 'standard',
    nodes: [
      {
        kind: 'columns',
        layout: 'even',
        nodes: [
          { kind: 'pairs', title: 'Gas and money', pairs: gasPairs(summary) },
          { kind: 'pairs', title: 'RPC calls', pairs: rpcPairs(summary) },
          { kind: 'pairs', title: 'Generator', pairs: generatorPairs(summary) },
        ],
      },
    ],
  }
}

function gasPairs({ gas, money, permissions, verified, funding }: Summary): Pair[] {
  const ids =
    permissions.count === 0
      ? '0'
      : `${formatCount(permissions.count)}, ids ${permissions.first} to ${permissions.last}`
  const waits: Pair[] =
    funding === null
      ? []
      : [
          ['Wait for funds', `p99 ${formatMs(funding.waitMs.p99)}, max ${formatMs(funding.waitMs.max)}`],
          ['Funding batch', `p50 ${formatMs(funding.batchMs.p50)}, max ${formatMs(funding.batchMs.max)}`],
        ]
  return [
    ['Gas per transaction', formatCount(gas.perFlow)],
    ['Gas price', formatGwei(gas.price)],
    ['Transactions', formatCount(gas.transactions)],
    ['Cost per flow', formatVana(gas.costPerFlowWei)],
    ['Cost of all transactions', gas.transactions === 0 ? nothing : formatVana(gas.costWei)],
    ...moneyPairs(money),
    ...waits,
    ['Permissions', ids],
    [
      'Verified answers',
      `${formatCount(verified.proven)} right, ${formatCount(verified.refuted)} wrong, ${formatCount(verified.unknown)} without proof`,
    ],
  ]
}

function rpcPairs({ rpc }: Summary): Pair[] {
  const methods = Object.entries(rpc.byMethod).sort(([, a], [, b]) => b - a)
  return [
    ['Per flow', rpc.callsPerFlow === null ? nothing : formatRate(rpc.callsPerFlow)],
    ['Total', `${formatCount(rpc.calls)}, ${formatCount(rpc.failed)} failed`],
    ...methods.map(
      ([method, count]): Pair => [
        code(method),
        `${formatCount(count)} (${formatShare(count / Math.max(1, rpc.calls))})`,
      ],
    ),
  ]
}

function generatorPairs({ resources, counters }: Summary): Pair[] {
  const { cpuCoresMean, cpuCoresPeak, cores, eventLoopDelayMs } = resources
  return [
    ['CPU per flow', formatMs(resources.cpuMsPerFlow)],
    ['CPU, total', formatMs(resources.cpuMs)],
    ['Cores used', `${formatRate(cpuCoresMean)} of ${formatCount(cores)}, peak ${formatRate(cpuCoresPeak)}`],
    ['Machine busy', formatShare(resources.machineShare)],
    ['Memory, peak', formatBytes(resources.rssPeakBytes)],
    ['Memory, at the end', formatBytes(resources.rssEndBytes)],
    ['Event loop delay', `p99 ${formatMs(eventLoopDelayMs.p99)}, max ${formatMs(eventLoopDelayMs.max)}`],
    ...Object.entries(counters).map(([name, count]): Pair => [name, formatCount(count)]),
  ]
}
