import { type StepName, stepNames } from '../flow/steps.ts'
import type { Measurements } from './measurements-schema.ts'

/** How near a component is to what it can do at most. */
export type ComponentLoad = {
  name: string
  /** 0 to 1; 1 is its limit. */
  share: number
  /** What that is a share of: its time with a request at work (of a chain: the gas of its blocks), or one core. */
  of: 'busy' | 'cpu'
}

/** The component that broke first, as far as figures tell. */
export type Bottleneck = {
  /** A component of the stack, `generator`, or `null` when nothing points anywhere. */
  component: string | null
  /** `clear` when step times and utilisation agree, `likely` when one of them points there, else `open`. */
  certainty: 'clear' | 'likely' | 'open'
  /** Share of the mean flow's growth that its steps have, 0 to 1; `null` when flows did not get slower. */
  growthShare: number | null
  /** By how much its steps got slower, in milliseconds of the mean flow. */
  growthMs: number | null
  /** How near it was to its limit; `null` when it doesn't tell. */
  load: ComponentLoad | null
}

type Measured = Pick<Measurements, 'latencyMs' | 'components' | 'resources'>

/** From this share of its limit on, a component has nothing left for a burst. */
export const highLoad = 0.8

/** A flow has got slower when its mean grew by more than this, in milliseconds: less is a block sooner or later. */
const leastGrowthMs = 250

/** Who works in each step. Transactions of users go to the chain, relayed ones through the API server. */
function componentOf(step: StepName, submission: 'direct' | 'relayed'): string {
  if (step === 'submit') return submission === 'direct' ? 'chain' : 'apiServer'
  return stepComponents[step]
}

const stepComponents: Record<Exclude<StepName, 'submit'>, string> = {
  data: 'generator',
  encrypt: 'generator',
  upload: 'storage',
  grantee: 'chain',
  identity: 'personalServer',
  grant: 'storage',
  seal: 'generator',
  sign: 'chain',
  confirm: 'chain',
  request: 'personalServer',
  result: 'personalServer',
}

/**
 * How near each component is to its limit, the nearest first; those that tell nothing are left out.
 *
 * @example componentLoads(summary)[0] // { name: 'personalServer', share: 0.97, of: 'busy' }
 */
export function componentLoads({ components }: Pick<Measurements, 'components'>): ComponentLoad[] {
  return Object.entries(components)
    .flatMap(([name, { busyShare, cpuShare }]): ComponentLoad[] => {
      if (busyShare === null && cpuShare === null) return []
      const isBusier = (busyShare ?? -1) >= (cpuShare ?? -1)
      return [{ name, share: (isBusier ? busyShare : cpuShare) ?? 0, of: isBusier ? 'busy' : 'cpu' }]
    })
    .toSorted((a, b) => b.share - a.share)
}

/**
 * Finds what broke first, from a low load that held to a higher one that did not: the component in whose steps the flow
 * got slower, and that is nearest to its limit.
 *
 * @param held measured at a load that held, the lower the better; `null` when none did
 * @param broke measured at the load that broke
 */
export function findBottleneck(
  held: Measured | null,
  broke: Measured,
  submission: 'direct' | 'relayed',
): Bottleneck {
  const growth = new Map<string, number>()
  for (const step of stepNames) {
    const before = held?.latencyMs.steps[step].mean ?? 0
    const grownMs = Math.max(0, (broke.latencyMs.steps[step].mean ?? 0) - before)
    const name = componentOf(step, submission)
    growth.set(name, (growth.get(name) ?? 0) + grownMs)
  }
  const totalMs = [...growth.values()].reduce((sum, ms) => sum + ms, 0)
  const { cores, cpuCoresPeak } = broke.resources
  const loads = new Map(componentLoads(broke).map((load) => [load.name, load]))
  if (cores > 0) loads.set('generator', { name: 'generator', share: cpuCoresPeak / cores, of: 'cpu' })

  const shareOf = (name: string) => (totalMs > leastGrowthMs ? (growth.get(name) ?? 0) / totalMs : 0)
  const score = (name: string) => shareOf(name) + (loads.get(name)?.share ?? 0)
  const [first] = [...new Set([...growth.keys(), ...loads.keys()])].toSorted((a, b) => score(b) - score(a))
  const load = first === undefined ? null : (loads.get(first) ?? null)
  const growthShare = first === undefined ? 0 : shareOf(first)
  const isSlower = growthShare >= 0.5
  const isLoaded = (load?.share ?? 0) >= highLoad
  if (first === undefined || (!isSlower && !isLoaded)) {
    return { component: null, certainty: 'open', growthShare: null, growthMs: null, load: null }
  }
  return {
    component: first,
    certainty: isSlower && isLoaded ? 'clear' : 'likely',
    growthShare: totalMs > leastGrowthMs ? growthShare : null,
    growthMs: totalMs > leastGrowthMs ? (growth.get(first) ?? 0) : null,
    load,
  }
}
