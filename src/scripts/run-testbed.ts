import { LoadTestError } from '../errors/load-test-error.ts'
import { startTestbed } from '../testbed/start-testbed.ts'
import type { CommandIo } from './command-io.ts'
import { exitCodes } from './exit-code.ts'
import type { TestbedOptions } from './testbed.ts'

/**
 * Starts the embedded stack, says where it is, and stays until `io.signal` is aborted or a part of it ends.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED, TESTBED_DIED
 */
export async function runTestbed(options: TestbedOptions, io: CommandIo): Promise<{ exitCode: number }> {
  const { json, chainPort, storagePort, personalServerPort, apiServerPort, ...behaviour } = options
  const testbed = await startTestbed({
    ...behaviour,
    ports: {
      chain: chainPort,
      storage: storagePort,
      personalServer: personalServerPort,
      apiServer: apiServerPort,
    },
    signal: io.signal,
  })
  try {
    if (json) io.stdout.write(`${JSON.stringify(testbed.target)}\n`)
    else io.stdout.write(describe(testbed.target))
    const ended = await Promise.race([testbed.partEnded, aborted(io.signal)])
    if (ended) {
      await testbed.stop({ now: true })
      throw new LoadTestError(
        'TESTBED_DIED',
        `The testbed's ${ended.part} ended by itself.${ended.lastOutput && ` Its last words: ${ended.lastOutput}`}`,
      )
    }
    return { exitCode: exitCodes.ok }
  } finally {
    await testbed.stop()
  }
}

function describe({ chain, storage, personalServer, apiServer, grantee }: TestbedTarget): string {
  return [
    'The embedded stack is up. Ctrl-C stops it.',
    '',
    `  chain            ${chain.rpcUrls[0]}  (chain id ${chain.id})`,
    `  object storage   ${storage.apiEndpoint}  (bucket ${storage.bucket})`,
    `  personal server  ${personalServer.url}`,
    `  API server       ${apiServer.url}`,
    `  grantee          ${grantee.id}  ${grantee.address}`,
    '',
    'For a target document: vana-load testbed --json > target.json, then vana-load run --target target.json',
    '',
  ].join('\n')
}

type TestbedTarget = Awaited<ReturnType<typeof startTestbed>>['target']

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
