import type { DependencyName } from '../src/config/dependency.ts'
import type { ProcessUsage } from '../src/process/process-usage.ts'
import type { Summary } from '../src/results/summary-schema.ts'
import type { Stack } from './stack.ts'

/** What the processes of the stack have used, by part. */
type Usage = Partial<Record<DependencyName, ProcessUsage>>

/** CPU time of each part for one flow, in milliseconds. */
export type CpuMsPerFlow = Partial<Record<DependencyName, number>>

/** Users that go first and are not counted: as with any server, the first some hundred requests compile its code. */
const warmUpUsers = 100

/** Runs users of both kinds, so that what is measured afterwards is neither a part's start nor its first requests. */
export async function warmUp(stack: Stack, say: (text: string) => void): Promise<void> {
  for (const submission of ['direct', 'relayed']) {
    say(`warm-up: ${warmUpUsers / 2} users, ${submission}`)
    await stack.run('--users', String(warmUpUsers / 2), '--rate', '10', '--submission', submission)
  }
}

/** Makes a run and measures what it costs each part of the stack. */
export async function runMeasured(
  stack: Stack,
  flags: readonly string[],
): Promise<{ summary: Summary; cpuMsPerFlow: CpuMsPerFlow }> {
  const before = await stack.usage()
  const summary = await stack.run(...flags)
  return { summary, cpuMsPerFlow: perFlow(before, await stack.usage(), summary.users.started) }
}

/**
 * The figures of each part where they mean something: the API server's for flows that it relays, all others' for users
 * who pay for themselves, whose transactions and fees the chain sees as it would without a relay.
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
