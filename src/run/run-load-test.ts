import { setTimeout as sleep } from 'node:timers/promises'
import { type Closer, closeAfter } from './closer.ts'
import type { Connection } from './connection.ts'
import { driveRun } from './drive-run.ts'
import type { CompletedRun, LoadTest } from './load-test.ts'
import { type OpenRun, openRun } from './open-run.ts'
import { createStopControl } from './stop-control.ts'
import { summariseRun } from './summarise-run.ts'
import { watchComponents } from './watch-components.ts'

/**
 * Runs one load test: opens target, client and wallets, funds the first users, drives all of them, settles the money, and
 * summarises.
 *
 * What fails before funds have moved is thrown, and leaves no folder behind. From then on there is a summary, and what is
 * left on the wallets is returned. A target that ends takes the run with it.
 *
 * @param given a connection that is open already and stays open. @default the run opens its own, and closes it
 * @throws LoadTestError RESULTS_UNWRITABLE, TESTBED_START_FAILED, TARGET_NOT_READY, TESTBED_DIED, CHAIN_*, ...
 * @example
 * const { summary, folder } = await runLoadTest({ config, document, redact, environment, version, resultsDirectory, view })
 */
export function runLoadTest(test: LoadTest, given?: Connection): Promise<CompletedRun> {
  return closeAfter(async (closer) => {
    const { interrupt, forced, config } = test
    const stop = createStopControl({ interrupt, forced, graceMs: config.load.graceMs })
    closer.add(stop.dispose)
    try {
      const run = await openRun(test, { given, closer, stop })
      return await completeRun(test, run, closer)
    } catch (error) {
      throw stop.reason()?.reason === 'target-lost' && stop.flows.aborted ? stop.flows.reason : error
    }
  })
}

/** How long after the failures the end of the process that caused them may be noticed, in milliseconds. */
const lossNoticeMs = 1500

/** Drives the users of an open run, settles its money whatever happens, and summarises. */
async function completeRun(test: LoadTest, run: OpenRun, closer: Closer): Promise<CompletedRun> {
  const { folder, stop, connection, settle } = run
  try {
    const { target, client } = connection
    const { apiServerToken } = test.config.secrets
    const components = await watchComponents(target, client.connection, apiServerToken)
    closer.add(() => components.close())
    const driven = await driveRun(test, { ...run, components })
    await components.close()
    if (stop.reason()?.reason === 'circuit-breaker') {
      await Promise.race([connection.lost, sleep(lossNoticeMs)])
    }
    const measurements = driven.recorder.measurements()
    const money = await settle()
    return { summary: await summariseRun(test, run, { driven, measurements, money }), folder }
  } catch (error) {
    await settle()
    throw error
  }
}
