import { availableParallelism } from 'node:os'
import { floorResults, measureFloor } from './floor.ts'
import type { Stack } from './stack.ts'
import { meaningful, runMeasured, warmUp } from './stack-cpu.ts'
import { steadyCpuMsPerFlow } from './steady.ts'

/** Number of users of each run at a sustainable rate. */
const users = 300

/** Number of users of the run at full speed, enough for a steady phase between ramp and tail. */
const floodUsers = 1200

/** More users per second than the stack can serve, so that all cores are always busy. */
const floodPerSecond = 60

/** Share of the rate that the CPU allows, for measuring lag: a full but sustainable load. */
const fullLoad = 0.7

/**
 * Measures whole flows at full speed and at a full but sustainable load, with users who pay for themselves and with relayed
 * ones. Measures the floor before and after, since the machine may be shared.
 */
export async function measureLoad(
  stack: Stack,
  say: (text: string) => void,
): Promise<Record<string, unknown>> {
  say('floor: only the operations of the SDK')
  const floorBefore = await measureFloor()
  await warmUp(stack, say)

  say(`load: ${floodUsers} users at full speed, who pay for themselves`)
  const patience = ['--concurrency', '150', '--patience', '1h']
  const { summary: flood, cpuMsPerFlow: floodCpu } = await runMeasured(stack, [
    ...['--users', String(floodUsers), '--rate', String(floodPerSecond)],
    ...['--submission', 'direct', ...patience],
  ])
  const clientCpuMsPerFlow = steadyCpuMsPerFlow(await stack.timeline(flood.run.id), floodUsers)
  const clientCpuMsPerFlowWithStart = flood.resources.cpuMsPerFlow ?? Number.NaN
  const cpuMsPerFlow = Object.values(floodCpu).reduce((sum, ms) => sum + ms, clientCpuMsPerFlowWithStart)
  const cpuBoundFlowsPerSecond = (availableParallelism() * 1000) / cpuMsPerFlow

  const rate = Math.max(1, cpuBoundFlowsPerSecond * fullLoad).toFixed(1)
  const flags = ['--users', String(users), '--rate', rate, '--concurrency', String(users)]
  say(`load: ${users} users at ${rate}/s, who pay for themselves`)
  const { summary: direct, cpuMsPerFlow: directCpu } = await runMeasured(stack, [
    ...flags,
    ...['--submission', 'direct'],
  ])
  say(`load: ${users} users at ${rate}/s, relayed`)
  const { summary: relayed, cpuMsPerFlow: relayedCpu } = await runMeasured(stack, [
    ...flags,
    ...['--submission', 'relayed'],
  ])
  say('floor: once more')
  const floor = floorResults([floorBefore, await measureFloor()])

  return {
    ...floor,
    clientCpuMsPerFlow,
    clientCpuMsPerFlowWithStart,
    clientCpuRatio: clientCpuMsPerFlow / floor.floorCpuMsPerFlow,
    stackCpuMsPerFlow: meaningful({ direct: directCpu, relayed: relayedCpu }),
    stackCpuMsPerFlowBySubmission: { direct: directCpu, relayed: relayedCpu },
    flowsPerSecond: flood.throughput.flowsPerSecond,
    cpuBoundFlowsPerSecond,
    shareOfCpuBound: flood.throughput.flowsPerSecond / cpuBoundFlowsPerSecond,
    succeeded: {
      flood: flood.users.succeeded,
      direct: direct.users.succeeded,
      relayed: relayed.users.succeeded,
    },
    eventLoopDelayMs: { p99: flood.resources.eventLoopDelayMs.p99 },
    fullLoadPerSecond: Number(rate),
    arrivalLagMs: { load: { p50: direct.arrivals.lagMs.p50, p99: direct.arrivals.lagMs.p99 } },
  }
}
