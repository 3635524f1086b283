import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** CPU milliseconds per flow of the SDK's bare operations. */
export type Floor = {
  /** With every core at them at once: the conditions under which a generator at full speed makes them. */
  busy: number
  /** On one core, with nothing else to do; where two cores share caches and execution units, less than `busy`. */
  alone: number
}

const program = fileURLToPath(new URL('./floor.process.ts', import.meta.url))

/** Measures what the SDK's own operations of one flow cost: on one core alone, then on all cores at once. */
export async function measureFloor(): Promise<Floor> {
  const alone = await inProcesses(1)
  return { alone, busy: await inProcesses(availableParallelism()) }
}

/** The mean of several measurements, as it is reported. */
export function floorResults(floors: readonly Floor[]): {
  floorCpuMsPerFlow: number
  floorAloneCpuMsPerFlow: number
} {
  const mean = (of: keyof Floor): number => floors.reduce((sum, floor) => sum + floor[of], 0) / floors.length
  return { floorCpuMsPerFlow: mean('busy'), floorAloneCpuMsPerFlow: mean('alone') }
}

/** Runs so many loops at the same time; the mean of what they say. */
async function inProcesses(count: number): Promise<number> {
  const loops = Array.from({ length: count }, openLoop)
  try {
    // All are warm before any begins, and go on until the last has measured: each has company from first to last.
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
    /** The number that comes under a name. */
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
