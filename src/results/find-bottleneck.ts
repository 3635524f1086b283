import { type StepName, stepNames } from '../flow/steps.ts'
import type { Measurements } from './measurements-schema.ts'

/** Utilisation of a component. */
export type ComponentLoad = {
  name: string
  /** 0 to 1; 1 is its limit. */
  share: number
  /** Unit of the share: its time with a request in progress (for a chain: the gas of its blocks), or one core. */
  of: 'busy' | 'cpu'
}

/** The component that broke first, according to the figures. */
export type Bottleneck = {
  /** A component of the stack, `generator`, or `null` if there is no indication. */
  component: string | null
  /** `clear` if step times and utilisation agree, `likely` if one of them points there, else `open`. */
  certainty: 'clear' | 'likely' | 'open'
  /** Share of the mean flow's growth in its steps, 0 to 1; `null` if flows did not get slower. */
  growthShare: number | null
  /** Growth of its steps, in milliseconds of the mean flow. */
  growthMs: number | null
  /** Its utilisation; `null` if it does not report it. */
  load: ComponentLoad | null
}

type Measured = Pick<Measurements, 'latencyMs' | 'components' | 'resources'>

/** Utilisation from which a component has no reserve for a burst. */
export const highLoad = 0.8

/** Growth of the mean from which flows count as slower, in milliseconds; less may be one block more or less. */
const leastGrowthMs = 250

/** The component of each step. Users' transactions go to the chain, relayed ones through the API server. */
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
 * Returns the utilisation of each component, the highest first, without those that report none.
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
 * Finds what broke first between a load that held and a higher one that did not: the component whose steps got slower and that
 * is closest to its limit.
 *
 * @param held measured at a load that held, the lower the better; `null` if none did
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
