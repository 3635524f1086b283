/**
 * `vana-load/vitest`: a global setup of Vitest that starts the embedded stack once for all test files.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { startTestbed, type Testbed, type TestbedOptions } from './testbed.ts'

/** What `inject('vanaLoad')` returns: the embedded stack as plain data. */
export type ProvidedTestbed = Pick<Testbed, 'target' | 'urls' | 'accounts' | 'app'>

declare module 'vitest' {
  interface ProvidedContext {
    /** The embedded stack that the global setup `vana-load/vitest` started. */
    vanaLoad: ProvidedTestbed
  }
}

/** A global setup of Vitest: starts the stack, and returns what stops it after the last test. */
export type GlobalSetup = (project: Pick<TestProject, 'provide'>) => Promise<() => Promise<void>>

/**
 * Makes a global setup with options of your own. Export it as the default of a file that `globalSetup` names.
 *
 * @example
 * // test/vana.setup.ts, in vitest.config.ts: globalSetup: ['test/vana.setup.ts']
 * export default createGlobalSetup({ blockTimeMs: 200 })
 */
export function createGlobalSetup(options: TestbedOptions = {}): GlobalSetup {
  return async (project) => {
    const { target, urls, accounts, app, stop } = await startTestbed(options)
    project.provide('vanaLoad', { target, urls, accounts, app })
    return stop
  }
}

/**
 * The global setup with default options: `globalSetup: ['vana-load/vitest']`. Tests read the stack with `inject('vanaLoad')`.
 *
 * @throws LoadTestError what {@link startTestbed} throws; the tests do not run then
 */
const setup: GlobalSetup = createGlobalSetup()
export default setup
