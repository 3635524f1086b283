import type { Stack } from './stack.ts'

/** Users per second that are asked for. */
const rate = 12
const users = 400

/**
 * Measures whole flows, of users who pay for themselves and of relayed ones.
 *
 * @param floorCpuMsPerFlow what the SDK's operations alone cost, measured in this session
 */
export async function measureLoad(
  stack: Stack,
  floorCpuMsPerFlow: number,
  say: (text: string) => void,
): Promise<Record<string, unknown>> {
  const flags = ['--users', String(users), '--rate', String(rate), '--concurrency', '200']
  say(`load: ${users} users at ${rate}/s, who pay for themselves`)
  const before = await stack.usage()
  const direct = await stack.run(...flags, '--submission', 'direct')
  const after = await stack.usage()
  say(`load: ${users} users at ${rate}/s, relayed`)
  const callsBefore = await stack.relayerCalls()
  const relayed = await stack.run(...flags, '--submission', 'relayed')
  const relayerCalls = (await stack.relayerCalls()) - callsBefore
  const clientCpuMsPerFlow = direct.resources.cpuMsPerFlow ?? Number.NaN
  return {
    clientCpuMsPerFlow,
    clientCpuRatio: clientCpuMsPerFlow / floorCpuMsPerFlow,
    flowsPerSecond: direct.throughput.flowsPerSecond,
    succeeded: { direct: direct.users.succeeded, relayed: relayed.users.succeeded },
    rpcCallsPerFlow: {
      direct: direct.rpc.callsPerFlow,
      relayed: (relayed.rpc.calls + relayerCalls) / relayed.users.started,
    },
    eventLoopDelayMs: { p99: direct.resources.eventLoopDelayMs.p99 },
    stackCpuMsPerFlow: Object.fromEntries(
      Object.entries(after).map(([name, usage]) => {
        const start = before[name as keyof typeof before]
        return [name, usage && start ? (usage.cpuMs - start.cpuMs) / direct.users.started : null]
      }),
    ),
  }
}
