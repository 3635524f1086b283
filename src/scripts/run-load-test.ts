import type { LoadTestConfig } from '../config/load-test-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { CommandIo } from './command-io.ts'
import type { RunContext } from './run-context.ts'

/** Carries out a load test. */
export async function runLoadTest(
  _config: LoadTestConfig,
  _io: CommandIo,
  _context: RunContext,
): Promise<{ exitCode: number }> {
  throw new LoadTestError('INTERNAL', 'Load tests are not wired up yet.')
}
