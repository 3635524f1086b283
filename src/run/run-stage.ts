import type { Environment } from '../config/environment-layer.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { VanaLoadTestClient } from '../flow/vana-load-test-client.ts'
import { checkChain } from './check-chain.ts'
import { checkRelayer } from './check-relayer.ts'
import { connectionSettings } from './connection-settings.ts'
import { openRunTarget, type RunTarget } from './open-run-target.ts'

/** A target that is there, and a client that is connected to it; several runs may follow each other on one. */
export type RunStage = Pick<RunTarget, 'target' | 'lost' | 'startFaults'> & {
  client: VanaLoadTestClient
  /** Closes the client, then what was started of the target. */
  close(): Promise<void>
}

/**
 * Makes a target and a client of it ready.
 *
 * @param options.runId under which the objects of the flows are stored
 * @throws LoadTestError CONFIG_INVALID, TESTBED_START_FAILED, TARGET_NOT_READY, CHAIN_*; the signal's reason when aborted
 */
export async function openRunStage(options: {
  config: LoadTestConfig
  environment: Environment
  runId: string
  note: (text: string) => void
  signal: AbortSignal
}): Promise<RunStage> {
  const { config, environment, runId, note, signal } = options
  const running = await openRunTarget(config, environment, signal, note)
  try {
    const client = new VanaLoadTestClient(connectionSettings(config, running.target, runId))
    const close = async (): Promise<void> => {
      try {
        await client.close()
      } finally {
        await running.close()
      }
    }
    try {
      await checkChain(client.connection, config.flow.submission, note, signal)
      if (config.flow.submission === 'relayed') {
        await checkRelayer(running.target, client.connection, note, signal)
      }
      await client.connection.compute.warmUp()
    } catch (error) {
      await client.close()
      throw error
    }
    return { ...running, client, close }
  } catch (error) {
    await running.close()
    throw error
  }
}
