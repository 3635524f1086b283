import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** CPU milliseconds per flow of the SDK's bare operations. */
export type Floor = {
  /** On all cores at once, the conditions of a generator at full speed. */
  busy: number
  /** On one core with nothing else running; less than `busy` if two cores share caches and execution units. */
  alone: number
}

const program = fileURLToPath(new URL('./floor.process.ts', import.meta.url))

/** Measures the cost of a flow's SDK operations: on one core alone, then on all cores at once. */
export async function measureFloor(): Promise<Floor> {
  const alone = await inProcesses(1)
  return { alone, busy: await inProcesses(availableParallelism()) }
}

/** Returns the mean of several measurements, rounded for reports. */
export function floorResults(floors: readonly Floor[]): {
  floorCpuMsPerFlow: number
  floorAloneCpuMsPerFlow: number
} {
  const mean = (of: keyof Floor): number => floors.reduce((sum, floor) => sum + floor[of], 0) / floors.length
  return { floorCpuMsPerFlow: mean('busy'), floorAloneCpuMsPerFlow: mean('alone') }
}

/** Runs several loops at the same time and returns the mean of their results. */
async function inProcesses(count: number): Promise<number> {
  const loops = Array.from({ length: count }, openLoop)
  try {
    // All are warm before any starts, and run until the last has measured, so each measures under full load.
    await Promise.all(loops.map(({ next }) => next('warm')))
    for (const { tell } of loops) tell('measure')
    const measured = await Promise.all(loops.map(({ next }) => next('cpuMsPerFlow')))
    return measured.reduce((sum, ms) => sum + ms, 0) / count
  } finally {
    for (const { stop } of loops) stop()
  }
}

function openLoop() {
  const child = fork(program)
  return {
    tell: (message: string) => void child.send(message),
    /** Waits for the number with a name. */
    next: (name: string) =>
      new Promise<number>((resolve, reject) => {
        child.on('message', (message: Record<string, number>) => {
          const value = message[name]
          if (value !== undefined) resolve(value)
        })
        child.on('exit', (code) => reject(new Error(`The floor's process ended with ${code}.`)))
      }),
    stop: () => void child.kill(),
  }
}
