import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type * as tasks from './compute-worker.ts'

type Tasks = typeof tasks
type TaskName = keyof Tasks
type TaskInput<N extends TaskName> = Parameters<Tasks[N]>[0]
type TaskResult<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>

/** Runs the CPU-heavy, pure parts of flows on worker threads, to keep the event loop free for sockets and timers. */
export type ComputePool = {
  /**
   * Runs one task.
   * @throws LoadTestError CRYPTO_FAILED if the task throws; the signal's reason if it aborts
   */
  run<N extends TaskName>(name: N, input: TaskInput<N>, signal?: AbortSignal): Promise<TaskResult<N>>
  /** Makes every thread load and compile its code, so that the first users do not wait for it. */
  warmUp(): Promise<void>
  /** Number of tasks that wait for a thread. */
  queueSize(): number
  stop(): Promise<void>
}

/** Options of {@link createComputePool}. */
export type ComputePoolOptions = {
  /** Number of threads. @default the machine's cores, at least 1 */
  threads?: number | undefined
}

/**
 * Starts the worker threads.
 *
 * @example const pool = createComputePool(); await pool.run('sealKey', { encryptionKey, serverPublicKey })
 */
export function createComputePool(options: ComputePoolOptions = {}): ComputePool {
  const { threads = availableParallelism() } = options
  const extension = extname(fileURLToPath(import.meta.url))
  const worker = extension === '.ts' ? './compute-worker-from-source.mjs' : `./compute-worker${extension}`
  const pool = new Piscina({
    filename: new URL(worker, import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    // Busy-waiting for the next task would count as CPU time of the flows.
    atomics: 'disabled',
    recordTiming: false,
    // Without a limit, the threads' heaps grow with the length of a run.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 },
  })
  const warmUp = (flows: number): Promise<unknown> =>
    Promise.all(Array.from({ length: threads }, () => pool.run({ flows }, { name: 'warmUp' })))
  // Node.js 20 aborts the process when a thread ends while it loads its code.
  const loaded = warmUp(0).catch(() => undefined)
  return {
    async run<N extends TaskName>(
      name: N,
      input: TaskInput<N>,
      signal?: AbortSignal,
    ): Promise<TaskResult<N>> {
      // The signal is not passed on: cancelling a running task would terminate its thread, and tasks are short.
      const work: Promise<TaskResult<N>> = pool.run(input, { name })
      try {
        return await raceAbort(work, signal)
      } catch (error) {
        if (signal?.aborted) throw error
        throw new LoadTestError(
          'CRYPTO_FAILED',
          `${name} failed: ${error instanceof Error ? error.message : error}`,
          {
            cause: error,
          },
        )
      }
    },
    async warmUp() {
      await warmUp(warmUpFlows)
    },
    queueSize: () => pool.queueSize,
    async stop() {
      await Promise.race([loaded, sleep(loadPatienceMs, undefined, { ref: false })])
      await pool.destroy()
    },
  }
}

/** How long a stop waits for threads that still load their code, in milliseconds. */
const loadPatienceMs = 2000

/** Enough flows to compile the code for the first users, at about 0.2 s of a core. */
const warmUpFlows = 5
