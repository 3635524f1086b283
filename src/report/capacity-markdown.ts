import type { Capacity } from '../results/capacity-schema.ts'
import { brokeFirstWords, capacityHeadline, capacityLead, overloadedWords } from './capacity-words.ts'
import { dependencyWords } from './dependency-words.ts'
import { loadWords } from './findings.ts'
import { formatCount, formatMs, formatRate, formatShare, formatVana, nothing } from './format-value.ts'

/**
 * Renders a search for the capacity as Markdown.
 *
 * @example await writeFile('capacity.md', renderCapacityMarkdown(capacity))
 */
export function renderCapacityMarkdown(capacity: Capacity): string {
  const { search, steps, money, problems } = capacity
  const { headline, tone } = capacityHeadline(capacity)
  const mark = { good: '✅', bad: '❌', warn: '⚠️', plain: 'ℹ️' }[tone]
  const brokeFirst = brokeFirstWords(capacity)
  const rows = steps.map((step, index) => {
    const [load] = step.loads
    return [
      `${index + 1}`,
      step.purpose,
      `${formatRate(step.ratePerSecond)}/s`,
      step.held ? '✅ holds' : '❌ breaks',
      `${formatCount(step.users.succeeded)} of ${formatCount(step.users.planned)}`,
      `${formatRate(step.flowsPerSecond)}/s`,
      formatMs(step.flowMs.p50),
      formatMs(step.flowMs.p95),
      load === undefined ? nothing : `${dependencyWords[load.name] ?? load.name} ${loadWords(load)}`,
      formatShare(step.machineShare),
      `[\`${step.runId}\`](${step.runId}/report.html)`,
    ]
  })
  const head = [
    '',
    'why',
    'rate',
    '',
    'succeeded',
    'flows',
    'p50',
    'p95',
    'nearest to its limit',
    'machine',
    'run',
  ]
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  const overloaded = overloadedWords(capacity)
  return `${[
    `# ${mark} ${headline}`,
    capacityLead(capacity),
    brokeFirst !== null && `**What broke first:** ${brokeFirst}`,
    overloaded !== null && `⚠️ ${overloaded}`,
    table,
    money.fundedWei !== null &&
      money.payer === 'relayer' &&
      `Money: the relayer had ${formatVana(money.fundedWei)}, spent ${formatVana(money.spentWei)}, has ${formatVana(money.leftWei)} left.`,
    money.fundedWei !== null &&
      money.payer !== 'relayer' &&
      `Money: funded ${formatVana(money.fundedWei)}, spent ${formatVana(money.spentWei)}, swept back ${formatVana(money.sweptWei)}, left ${formatVana(money.leftWei)}.`,
    ...problems.map(({ code, message }) => `Problem \`${code}\`: ${message}`),
    `Search \`${search.id}\`, target ${search.target}, seed ${search.seed}, ${search.startedAt}.`,
  ]
    .filter((section) => section !== false)
    .join('\n\n')}\n`
}
