import type { Stack } from './stack.ts'
import { meaningful, runMeasured, warmUp } from './stack-cpu.ts'

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
  await warmUp(stack, say)
  say(`load: ${users} users at ${rate}/s, who pay for themselves`)
  const { summary: direct, cpuMsPerFlow: directCpu } = await runMeasured(stack, [
    ...flags,
    '--submission',
    'direct',
  ])
  say(`load: ${users} users at ${rate}/s, relayed`)
  const callsBefore = await stack.relayerCalls()
  const { summary: relayed, cpuMsPerFlow: relayedCpu } = await runMeasured(stack, [
    ...flags,
    '--submission',
    'relayed',
  ])
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
    stackCpuMsPerFlow: meaningful({ direct: directCpu, relayed: relayedCpu }),
    stackCpuMsPerFlowBySubmission: { direct: directCpu, relayed: relayedCpu },
  }
}
