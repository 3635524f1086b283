import { type ConnectionSettings, connectTarget, type TargetConnection } from './connect-target.ts'
import { DataPortabilityFlow, type FlowResult, type RunFlowOptions } from './data-portability-flow.ts'
import type { FlowOptions, FlowUser } from './flow-services.ts'

/** Options of {@link VanaLoadTestClient}. */
export type VanaLoadTestClientOptions = ConnectionSettings & {
  flow: Omit<FlowOptions, 'expectEvidence'>
}

/**
 * A client of one target. Any number of users run their flows through it and share its connections and threads.
 *
 * @example
 * const client = new VanaLoadTestClient({ target, submission: 'direct', flow })
 * const result = await client.runFlow(wallet, { signal })
 * await client.close()
 */
export class VanaLoadTestClient {
  readonly connection: TargetConnection
  readonly #flow: DataPortabilityFlow

  constructor(options: VanaLoadTestClientOptions) {
    const expectEvidence = options.target.embedded.includes('model')
    this.connection = connectTarget(options)
    this.#flow = new DataPortabilityFlow(this.connection.services, { ...options.flow, expectEvidence })
  }

  /** Runs the whole workflow of one user. Never rejects. */
  runFlow(user: FlowUser, options: RunFlowOptions): Promise<FlowResult> {
    return this.#flow.run(user, options)
  }

  /** Closes all connections and threads. Flows in flight fail. */
  close(): Promise<void> {
    return this.connection.close()
  }
}
