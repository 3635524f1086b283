import { formatAmount } from './kinds/amount.ts'
import { configParameters } from './load-test-config.ts'
import type { Problem } from './problem.ts'
import { type Resolved, resolveParameters } from './resolve-parameters.ts'
import { findIdleKeys, settleBatches } from './settle-batches.ts'
import { type LoadShape, settleLoad } from './settle-load.ts'
import { isAskedFor, type Layer, type Source } from './source.ts'

const shapeNames = ['users', 'ratePerSecond', 'durationMs', 'rampUpMs', 'sustainMs', 'rampDownMs'] as const
const keyOfShape = {
  users: 'users',
  ratePerSecond: 'load.rate',
  durationMs: 'load.duration',
  rampUpMs: 'load.rampUp',
  sustainMs: 'load.sustain',
  rampDownMs: 'load.rampDown',
} as const
/** Keys without which users, rate and time can't be settled. */
export const arrivalKeys: ReadonlySet<string> = new Set([
  ...Object.values(keyOfShape),
  'load.arrival',
  'load.batchSize',
  'load.batchDelay',
])

/** Completes users, rate and time in place. */
export function settleArrivals(
  values: Map<string, Resolved>,
  presetLayer: Layer,
  problems: Problem[],
  notes: string[],
): void {
  const askedFor = (key: string): boolean => {
    const resolved = values.get(key)
    return resolved !== undefined && isAskedFor(resolved.source)
  }
  const askedForBatches = ['load.batchSize', 'load.batchDelay'].find(askedFor)
  if (askedForBatches !== undefined && !askedFor('load.arrival')) {
    values.set('load.arrival', {
      value: 'batch',
      source: { kind: 'derived', from: `asked for by ${askedForBatches}` },
    })
  }
  const isBatch = values.get('load.arrival')?.value === 'batch'
  problems.push(
    ...findIdleKeys(isBatch, askedFor).map((problem) => ({
      ...problem,
      source: values.get(problem.key)?.source,
    })),
  )

  const numberAt = (key: string): number => Number(values.get(key)?.value)
  const fromPreset = resolveParameters(configParameters, [presetLayer]).values
  const asked: LoadShape = {}
  const preset: LoadShape = {}
  for (const name of shapeNames) {
    const key = keyOfShape[name]
    if (askedFor(key)) asked[name] = numberAt(key)
    if (presetLayer.has(key)) preset[name] = Number(fromPreset.get(key)?.value)
  }
  const settled = isBatch
    ? settleBatches({
        users: asked.users ?? preset.users ?? 1,
        batchSize: numberAt('load.batchSize'),
        batchDelayMs: numberAt('load.batchDelay'),
      })
    : settleLoad(asked, preset)
  if ('problem' in settled) {
    problems.push({ ...settled.problem, source: values.get(settled.problem.key)?.source })
    return
  }
  notes.push(...settled.notes)
  for (const name of shapeNames) {
    const key = keyOfShape[name]
    const value = settled.shape[name]
    if (values.get(key)?.value !== value) {
      const from = isBatch ? 'from users, batch size and delay' : 'from users, rate and time'
      values.set(key, { value, source: { kind: 'derived', from } })
    }
  }
}

/** Sets the spending cap and the funder where nothing else does, in place. */
export function settleMoney(values: Map<string, Resolved>, problems: Problem[], notes: string[]): void {
  const users = values.get('users')?.value
  const funding = values.get('wallets.funding')?.value
  if (typeof users === 'number' && typeof funding === 'bigint') {
    const needed = BigInt(users) * funding
    const cap = values.get('limits.maxSpend')?.value
    if (cap === undefined) {
      if (values.get('limits.allowMainnet')?.value === true) {
        problems.push({
          key: 'limits.maxSpend',
          found: 'mainnet is allowed, so a spending cap has to be given: --max-spend',
        })
      }
      const source: Source = { kind: 'derived', from: 'from users x funding + 10 %' }
      values.set('limits.maxSpend', { value: (needed * 11n) / 10n, source })
    } else if (typeof cap === 'bigint' && cap < needed) {
      const vana = (wei: bigint): string => formatAmount(wei, 'vana')
      notes.push(
        `The spending cap of ${vana(cap)} VANA is less than ${users} users x ${vana(funding)} = ${vana(needed)} VANA:` +
          ' the run stops at the cap unless wallets hold coins already.',
      )
    }
  }
  const relayers = values.get('secrets.relayerPrivateKeys')?.value
  if (values.get('secrets.funderPrivateKey') === undefined && Array.isArray(relayers) && relayers[0]) {
    const source: Source = { kind: 'derived', from: 'the first relayer key' }
    values.set('secrets.funderPrivateKey', { value: relayers[0], source })
  }
}
