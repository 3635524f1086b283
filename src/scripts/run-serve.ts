import { LoadTestError } from '../errors/load-test-error.ts'
import type { CommandIo } from './command-io.ts'
import type { ServeOptions } from './serve.ts'

/** Starts the API server and stays until `io.signal` is aborted. */
export async function runServe(_options: ServeOptions, _io: CommandIo): Promise<{ exitCode: number }> {
  throw new LoadTestError('INTERNAL', 'The API server is not wired up yet.')
}
