import { formatAmount } from '../../config/kinds/amount.ts'
import { loadProfileOf } from '../../config/load-profile.ts'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import { resolveTarget } from '../../config/resolve-target.ts'
import { describeStorage } from '../../config/storage-target.ts'
import type { TargetPlan } from '../../config/target.ts'
import { describeProfile } from '../../load/describe-profile.ts'
import { drawProfile } from '../../load/draw-profile.ts'
import { formatDuration } from '../../load/duration.ts'
import { isOpen, type LoadProfile } from '../../load/profile.ts'
import { profileNeeds } from '../../load/profile-needs.ts'
import { formatRate } from '../../load/rate.ts'
import { shareOf } from '../../load/split.ts'
import type { CommandIo } from '../cli/command-io.ts'
import type { RunContext } from './run-context.ts'

/**
 * Shows what a run would do, and does nothing: target, load, money, and every value with its source.
 *
 * @throws LoadTestError CONFIG_INVALID when the target can't be what the configuration says
 */
export async function showPlan(
  config: LoadTestConfig,
  io: Pick<CommandIo, 'stdout' | 'stderr'>,
  { document, environment, notes, hasOwnCap }: RunContext,
): Promise<void> {
  const target = await resolveTarget(config, environment)
  if (config.output.json) {
    io.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
    return
  }
  const lines = [
    `target      ${describeTarget(target)}`,
    ...(config.capacity.find ? [describeSearch(config)] : describeLoad(config)),
    ...entry('money', config.capacity.find ? describeSearchMoney(config, hasOwnCap) : describeMoney(config)),
    `thresholds  ${config.thresholds.join('; ') || 'none'}`,
    ...notes.flatMap((note) => entry('note', note)),
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

function describeSearch({ capacity }: LoadTestConfig): string {
  const { startPerSecond, maxPerSecond, stepMs, limitMs } = capacity
  return (
    `search      the highest rate that holds, from ${formatRate(startPerSecond)} to at most ${formatRate(maxPerSecond)}, ` +
    `${formatDuration(stepMs)} each, ${formatDuration(limitMs)} in all`
  )
}

function describeTarget(target: TargetPlan | 'local'): string {
  if (target === 'local') return 'the embedded testbed'
  const { name, chain, storage, personalServer, apiServer } = target
  return [
    `${name}: chain ${chain.id} at ${chain.rpcUrls.map((url) => new URL(url).host).join(', ')}`,
    `files in ${describeStorage(storage)}`,
    `personal server ${new URL(personalServer.url).host}`,
    apiServer ? `API server ${new URL(apiServer.url).host}` : 'an API server of its own',
  ].join('; ')
}

/** The sentence, then the picture. */
function describeLoad(config: LoadTestConfig): string[] {
  const profile = loadProfileOf(config)
  const chart = drawProfile(profile, { seed: config.seed })
  return [
    ...entry('load', describeProfile(profile, config.load.part)),
    ...(chart.length > 0 ? ['', ...chart, ''] : []),
    ...entry('needs', describeNeeds(config, profile)),
  ]
}

function describeNeeds({ load }: LoadTestConfig, profile: LoadProfile): string {
  const { users, places, durationMs, peakPerSecond } = profileNeeds(profile, load.part)
  const least = isOpen(profile) ? '' : 'at least '
  const time = `${least}${formatDuration(Math.round(durationMs / 1000) * 1000)} and what the last users take`
  const rate = peakPerSecond === null ? '' : `, up to ${formatRate(peakPerSecond)} in all`
  return `${users} wallets, ${places} in flight${rate}; ${time}`
}

/** A line of the plan, broken at 80 columns. */
function entry(name: string, text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > 68) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line, i) => `${(i === 0 ? name : '').padEnd(12)}${line}`)
}

/** The steps of a search have wallets of their own; without a cap that was asked for, each step has its own. */
function describeSearchMoney({ flow, wallets, limits }: LoadTestConfig, hasOwnCap: boolean): string {
  const each = `${formatAmount(wallets.fundingWei, 'vana')} VANA`
  const cap = hasOwnCap
    ? `at most ${formatAmount(limits.maxSpendWei, 'vana')} VANA in all steps together`
    : `at most ${each} x the users of a step, plus 10 %, in each step; --max-spend caps all of them together`
  if (flow.submission === 'relayed') return `the relayer pays; ${cap}`
  return `${each} to each user of a step, ${wallets.sweep ? 'what is left is returned' : 'not returned'}; ${cap}`
}

function describeMoney({ users: all, load, flow, wallets, limits }: LoadTestConfig): string {
  const users = shareOf(all, load.part)
  const cap = `at most ${formatAmount(limits.maxSpendWei, 'vana')} VANA`
  if (flow.submission === 'relayed') return `the relayer pays; ${cap}`
  const each = formatAmount(wallets.fundingWei, 'vana')
  const sum = formatAmount(BigInt(users) * wallets.fundingWei, 'vana')
  return `${users} wallets x ${each} = ${sum} VANA, ${wallets.sweep ? 'what is left is returned' : 'not returned'}; ${cap}`
}
