import { formatAmount } from '../config/kinds/amount.ts'
import { formatDuration } from '../config/kinds/duration.ts'
import { formatRate } from '../config/kinds/rate.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { resolveTarget } from '../config/resolve-target.ts'
import type { TargetPlan } from '../config/target.ts'
import type { CommandIo } from './command-io.ts'
import type { RunContext } from './run-context.ts'

/**
 * Shows what a run would do, and does nothing: target, load, money, and every value with its source.
 *
 * @throws LoadTestError CONFIG_INVALID when the target can't be what the configuration says
 */
export async function showPlan(
  config: LoadTestConfig,
  io: Pick<CommandIo, 'stdout' | 'stderr'>,
  { document, environment, notes }: RunContext,
): Promise<void> {
  const target = await resolveTarget(config, environment)
  if (config.output.json) {
    io.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
    return
  }
  const lines = [
    `target      ${describeTarget(target)}`,
    `load        ${describeLoad(config)}`,
    `money       ${describeMoney(config)}`,
    `thresholds  ${config.thresholds.join('; ') || 'none'}`,
    ...notes.map((note) => `note        ${note}`),
    '',
  ]
  const entries = Object.entries(document.values)
  const width = Math.max(...entries.map(([key]) => key.length))
  for (const [key, { value, source }] of entries) {
    const shown = Array.isArray(value) ? value.join(', ') || 'none' : String(value)
    lines.push(`${key.padEnd(width)}  ${shown}  (${source})`)
  }
  io.stdout.write(`${lines.join('\n')}\n\nNothing was started, sent or paid.\n`)
}

function describeTarget(target: TargetPlan | 'local'): string {
  if (target === 'local') return 'the embedded testbed'
  const { name, chain, storage, personalServer, apiServer } = target
  return [
    `${name}: chain ${chain.id} at ${chain.rpcUrls.map((url) => new URL(url).host).join(', ')}`,
    `bucket ${storage.bucket}`,
    `personal server ${new URL(personalServer.url).host}`,
    apiServer ? `API server ${new URL(apiServer.url).host}` : 'an API server of its own',
  ].join('; ')
}

function describeLoad({ users, load }: LoadTestConfig): string {
  const part = load.part.count > 1 ? `; part ${load.part.index + 1} of ${load.part.count}` : ''
  const limit = `at most ${load.concurrency} at work${part}`
  if (load.arrival === 'batch') {
    return `${users} users in batches of ${load.batchSize} every ${formatDuration(load.batchDelayMs)}; ${limit}`
  }
  const stages = [
    [load.rampUpMs, 'up'],
    [load.sustainMs, 'sustained'],
    [load.rampDownMs, 'down'],
  ] as const
  const described = stages.filter(([ms]) => ms > 0).map(([ms, name]) => `${formatDuration(ms)} ${name}`)
  return `${users} users at ${formatRate(load.ratePerSecond)} (${load.arrival}), ${described.join(', ')}; ${limit}`
}

function describeMoney({ users, flow, wallets, limits }: LoadTestConfig): string {
  const cap = `at most ${formatAmount(limits.maxSpendWei, 'vana')} VANA`
  if (flow.submission === 'relayed') return `the relayer pays; ${cap}`
  const each = formatAmount(wallets.fundingWei, 'vana')
  const all = formatAmount(BigInt(users) * wallets.fundingWei, 'vana')
  return `${users} wallets x ${each} = ${all} VANA, ${wallets.sweep ? 'what is left is returned' : 'not returned'}; ${cap}`
}
