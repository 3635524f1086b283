import type { Environment } from '../config/environment-layer.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import { checkChain } from './check-chain.ts'
import { checkRelayer } from './check-relayer.ts'
import { createCloser } from './closer.ts'
import { connectionSettings } from './connection-settings.ts'
import { openRunTarget, type RunTarget } from './open-run-target.ts'

/** A target and a client of it, opened and checked. Several runs may follow each other on one. */
export type Connection = Pick<RunTarget, 'target' | 'lost' | 'startFaults'> & {
  client: VanaLoadTestClient
  /** Closes the client, then what was started of the target, also when the client fails to close. */
  close(): Promise<void>
}

/**
 * Opens a target, starting what of it is embedded, connects a client, and checks that flows can run there.
 *
 * @param options.targetDocument a target document in place of what `config.target` names
 * @param options.runId the default name under which the objects of flows are stored
 * @throws LoadTestError CONFIG_INVALID, TESTBED_START_FAILED, TARGET_NOT_READY, CHAIN_*; the signal's reason when aborted
 */
export async function openConnection(options: {
  config: LoadTestConfig
  environment: Environment
  targetDocument?: object | undefined
  runId: string
  note: (text: string) => void
  signal: AbortSignal
}): Promise<Connection> {
  const { config, runId, note, signal } = options
  const closer = createCloser()
  try {
    const running = await openRunTarget(options)
    closer.add(() => running.close())
    const { target, lost, startFaults } = running
    const client = new VanaLoadTestClient(connectionSettings(config, target, runId))
    closer.add(() => client.close())
    const { connection } = client
    await checkChain(connection, { submission: config.flow.submission, note, signal })
    if (config.flow.submission === 'relayed') {
      const { feeMultiplier: baseFeeMultiplier } = config.chain
      await checkRelayer(target, { ...connection, baseFeeMultiplier }, { note, signal })
    }
    await connection.compute.warmUp()
    return {
      target,
      lost,
      startFaults,
      client,
      async close() {
        const [failure] = await closer.close()
        if (failure !== undefined) throw failure
      },
    }
  } catch (error) {
    await closer.close()
    throw error
  }
}
