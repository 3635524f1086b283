import type { LoadTestConfig } from '../config/load-test-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { CommandIo } from './command-io.ts'
import type { RunContext } from './run-context.ts'

/** Carries one user through the workflow. */
export async function runSingleFlow(
  _config: LoadTestConfig,
  _io: CommandIo,
  _context: RunContext,
): Promise<{ exitCode: number }> {
  throw new LoadTestError('INTERNAL', 'Single flows are not wired up yet.')
}
