import { dependencyWords } from '../dependency-words.ts'
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
import type { ReportData } from '../report-data.ts'
import { pairs } from './blocks.ts'
import { html, type Insertable, type SafeHtml } from './safe-html.ts'

/** What the run cost: gas, money, RPC calls, and the generator's own use. */
export function cost({ summary }: ReportData): SafeHtml {
  const { gas, money, rpc, resources, permissions, verified, counters, funding } = summary
  const methods = Object.entries(rpc.byMethod).sort(([, a], [, b]) => b - a)
  return html`<section aria-labelledby="cost-title"><h2 id="cost-title">Cost</h2>
<div class="columns">
<div><h3>Gas and money</h3>${pairs([
    ['Gas a transaction', formatCount(gas.perFlow)],
    ['Gas price', formatGwei(gas.price)],
    ['Transactions', formatCount(gas.transactions)],
    ['A flow cost', formatVana(gas.costPerFlowWei)],
    ['They cost', gas.transactions === 0 ? nothing : formatVana(gas.costWei)],
    ...moneyPairs(money),
    ...(funding === null
      ? []
      : ([
          [
            'Users waited for their coin',
            `p99 ${formatMs(funding.waitMs.p99)}, max ${formatMs(funding.waitMs.max)}`,
          ],
          ['Funding a batch', `p50 ${formatMs(funding.batchMs.p50)}, max ${formatMs(funding.batchMs.max)}`],
        ] as const)),
    [
      'Permissions',
      permissions.count === 0
        ? '0'
        : `${formatCount(permissions.count)}, ids ${permissions.first} to ${permissions.last}`,
    ],
    [
      'Answers proven',
      `${formatCount(verified.proven)} right, ${formatCount(verified.refuted)} wrong, ${formatCount(verified.unknown)} without proof`,
    ],
  ])}</div>
<div><h3>RPC calls</h3>${pairs([
    ['A flow', rpc.callsPerFlow === null ? nothing : formatRate(rpc.callsPerFlow)],
    ['In all', `${formatCount(rpc.calls)}, ${formatCount(rpc.failed)} failed`],
    ...methods.map(([method, count]): [Insertable, Insertable] => [
      html`<code>${method}</code>`,
      `${formatCount(count)} (${formatShare(count / Math.max(1, rpc.calls))})`,
    ]),
  ])}</div>
<div><h3>The generator</h3>${pairs([
    ['CPU a flow', formatMs(resources.cpuMsPerFlow)],
    ['CPU in all', formatMs(resources.cpuMs)],
    [
      'Cores used',
      `${formatRate(resources.cpuCoresMean)} of ${formatCount(resources.cores)}, ${formatRate(resources.cpuCoresPeak)} at most`,
    ],
    ['Machine busy', formatShare(resources.machineShare)],
    ['Memory, most', formatBytes(resources.rssPeakBytes)],
    ['Memory, at the end', formatBytes(resources.rssEndBytes)],
    [
      'Event loop late',
      `p99 ${formatMs(resources.eventLoopDelayMs.p99)}, max ${formatMs(resources.eventLoopDelayMs.max)}`,
    ],
    ...Object.entries(counters).map(([name, count]): [Insertable, Insertable] => [name, formatCount(count)]),
  ])}</div>
</div></section>`
}

/** Which of the dependencies were real. */
export function whatWasThere(dependencies: ReportData['summary']['dependencies']): SafeHtml {
  return html`<div><h3>Dependencies</h3>${pairs(
    Object.entries(dependencies).map(([name, kind]) => [
      dependencyWords[name] ?? name,
      html`<span class="badge ${kind === 'real' ? 'real' : 'plain'}">${kind}</span>`,
    ]),
  )}</div>`
}

/** What money was moved. */
export function moneyPairs(money: ReportData['summary']['money']): (readonly [Insertable, Insertable])[] {
  if (money.unknownBecause !== undefined) return [['Money', `not known: ${money.unknownBecause}`]]
  if (money.payer === 'relayer') {
    return [
      ['Relayer had', exact(money.fundedWei)],
      ['Relayer spent', exact(money.spentWei)],
      ['Relayer has left', exact(money.leftWei)],
    ]
  }
  return [
    ['Funded', exact(money.fundedWei)],
    ['Spent', exact(money.spentWei)],
    ['Swept back', exact(money.sweptWei)],
    ['Left', exact(money.leftWei)],
  ]
}

/** Against what and on what the run was made, and how it was configured. */
export function origin({ summary, environment, config }: ReportData): SafeHtml {
  return html`<section aria-labelledby="origin-title"><h2 id="origin-title">What was tested, on what</h2>
<div class="columns">
${whatWasThere(summary.dependencies)}
${
  environment !== null &&
  html`<div><h3>Target</h3>${pairs([
    ['Chain', `${environment.target.chainId}`],
    ['RPC', environment.target.rpcUrls.join(' ')],
    ['Storage', environment.target.storage],
    ['Personal server', environment.target.personalServer],
    ['API server', environment.target.apiServer],
    ['Faults', environment.faults.length === 0 ? 'none' : environment.faults.join(', ')],
  ])}</div>
<div><h3>Machine</h3>${pairs([
    ['Processor', `${environment.machine.cpus} × ${environment.machine.cpuModel}`],
    ['Memory', formatBytes(environment.machine.memoryBytes)],
    ['System', `${environment.machine.platform} ${environment.machine.arch}`],
    ...Object.entries(environment.versions).map(([name, version]): [string, string] => [name, version]),
  ])}</div>`
}
</div>
${
  config.length > 0 &&
  html`<details><summary>Configuration: ${config.length} values</summary>
<div class="scroll"><table><thead><tr><th scope="col">Key</th><th scope="col">Value</th><th scope="col">From</th></tr></thead>
<tbody>${config.map(({ key, value, source }) => html`<tr><th scope="row"><code>${key}</code></th><td>${value}</td><td>${source}</td></tr>`)}</tbody></table></div></details>`
}</section>`
}

/** An amount for people, with the exact wei on hovering. */
function exact(wei: string | null): SafeHtml {
  return wei === null ? html`${nothing}` : html`<span title="${wei} wei">${formatVana(wei)}</span>`
}
