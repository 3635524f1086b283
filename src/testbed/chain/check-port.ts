import { createServer } from 'node:net'
import { LoadTestError } from '../../errors/load-test-error.ts'

/**
 * Checks that a TCP port of 127.0.0.1 is free. A child process would report a taken port only in words.
 *
 * @throws LoadTestError PORT_IN_USE
 */
export async function checkPortIsFree(port: number): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve)
    })
    await new Promise((resolve) => server.close(resolve))
  } catch (cause) {
    throw new LoadTestError('PORT_IN_USE', `Port ${port} of 127.0.0.1 can't be used.`, { cause })
  }
}
