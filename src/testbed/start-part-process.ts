import { z } from 'zod'
import { testbedPartWords } from '../config/testbed-part.ts'
import { type ErrorCode, errorCatalog } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { ManagedProcess, type ProcessExit } from '../process/managed-process.ts'
import { ownProgram } from '../process/own-program.ts'
import { orderVariable, type PartAnswer, type PartOrder } from './part-order.ts'
import type { PartName, PartSettings } from './part-settings.ts'

/** A part that runs in its own process. */
export type PartProcess = {
  url: string
  metricsUrl: string
  pid: number
  /** Settles when the process has ended, whatever the reason. */
  exited: Promise<ProcessExit>
  lastOutput(): string
  /** Sends a message to the process. */
  send(message: string): void
  stop(options?: { now?: boolean }): Promise<unknown>
}

const answerSchema: z.ZodType<PartAnswer> = z.union([
  z.object({ up: z.object({ url: z.string(), metricsUrl: z.string() }) }),
  z.object({ failed: z.object({ code: z.string(), message: z.string() }) }),
])

/**
 * Starts a part of the testbed in its own process.
 *
 * @throws LoadTestError with the part's own code, such as PORT_IN_USE, CONFIG_INVALID or CHAIN_*; otherwise
 * TESTBED_START_FAILED; the signal's reason when aborted
 */
export async function startPartProcess<Name extends PartName>(
  name: Name,
  settings: PartSettings[Name],
  signal?: AbortSignal,
): Promise<PartProcess> {
  const child = new ManagedProcess<PartAnswer>({
    name: `testbed ${name}`,
    ...ownProgram('./part-process', import.meta.url),
    env: { ...process.env, [orderVariable]: JSON.stringify({ name, settings } as PartOrder) },
    ready: { message: (message) => answerSchema.safeParse(message).data },
    givesWay: true,
    startTimeoutMs: 30_000,
  })
  const answer = await child.start(signal)
  const { pid } = child
  if ('failed' in answer || pid === undefined) {
    await child.stop()
    const failed = 'failed' in answer ? answer.failed : { code: '', message: 'its process ended at once' }
    const code = isCause(failed.code) ? failed.code : 'TESTBED_START_FAILED'
    throw new LoadTestError(code, `The testbed's ${wordsOf(name)} did not start: ${failed.message}`)
  }
  return {
    ...answer.up,
    pid,
    exited: child.exited,
    lastOutput: () => child.lastOutput(),
    send: (message) => child.send(message),
    stop: (options) => child.stop(options),
  }
}

const wordsOf = (name: PartName): string => (name === 'faults' ? 'fault proxy' : testbedPartWords[name])

function isCause(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalog, code) && code !== 'INTERNAL'
}
