import type { LoadTestConfig } from '../config/load-test-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { fileHandleLimit, fileHandlesOf } from '../process/file-handles.ts'

/**
 * Makes sure that this process may open enough files for the users in flight.
 *
 * @throws LoadTestError TOO_FEW_FILE_HANDLES
 */
export function checkFileHandles({ users, load }: Pick<LoadTestConfig, 'users' | 'load'>): void {
  const most = Math.min(users, load.concurrency)
  const needed = fileHandlesOf(most)
  const limit = fileHandleLimit()
  if (limit === null || limit >= needed) return
  throw new LoadTestError(
    'TOO_FEW_FILE_HANDLES',
    `${most} flows in flight need ${needed} file handles, and the limit of this process is ${limit}.`,
    { hint: `Raise the limit with \`ulimit -n ${needed}\`, or lower --concurrency.` },
  )
}
