import type { DependencyName } from '../src/config/dependency.ts'
import type { ProcessUsage } from '../src/process/process-usage.ts'
import type { Summary } from '../src/results/summary-schema.ts'
import type { Stack } from './stack.ts'

/** CPU time of the stack's processes, by part. */
type Usage = Partial<Record<DependencyName, ProcessUsage>>

/** CPU time of each part per flow, in milliseconds. */
export type CpuMsPerFlow = Partial<Record<DependencyName, number>>

/** Number of uncounted users at the start, since the first few hundred requests compile a server's code. */
const warmUpUsers = 100

/** Runs users of both kinds, so that later measurements exclude the start and the first requests of a part. */
export async function warmUp(stack: Stack, say: (text: string) => void): Promise<void> {
  for (const submission of ['direct', 'relayed']) {
    say(`warm-up: ${warmUpUsers / 2} users, ${submission}`)
    await stack.run('--users', String(warmUpUsers / 2), '--rate', '10', '--submission', submission)
  }
}

/** Runs a load and measures its cost for each part of the stack. */
export async function runMeasured(
  stack: Stack,
  flags: readonly string[],
): Promise<{ summary: Summary; cpuMsPerFlow: CpuMsPerFlow }> {
  const before = await stack.usage()
  const summary = await stack.run(...flags)
  return { summary, cpuMsPerFlow: perFlow(before, await stack.usage(), summary.users.started) }
}

/**
 * Picks the meaningful figure of each part: the API server's for relayed flows, all others' for users who pay for themselves, so
 * that the chain sees their transactions and fees as without a relay.
 */
export function meaningful(by: { direct: CpuMsPerFlow; relayed: CpuMsPerFlow }): CpuMsPerFlow {
  const { apiServer } = by.relayed
  return { ...by.direct, ...(apiServer === undefined ? {} : { apiServer }) }
}

function perFlow(before: Usage, after: Usage, flows: number): CpuMsPerFlow {
  const names = Object.keys(after) as DependencyName[]
  return Object.fromEntries(
    names.flatMap((name) => {
      const [start, end] = [before[name], after[name]]
      return start && end ? [[name, (end.cpuMs - start.cpuMs) / flows]] : []
    }),
  )
}
