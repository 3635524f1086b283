import type { Target } from '../config/target.ts'
import type { FlowResult } from '../flow/data-portability-flow.ts'
import type { FlowOptions, FlowServices, FlowUser } from '../flow/flow-services.ts'
import type { StepObserver } from '../flow/step-runner.ts'
import { VanaLoadTestClient as Client } from '../flow/vana-load-test-client.ts'
import { connectionSettings } from '../run/connection-settings.ts'
import type { LoadTestParameters } from './load-test-parameters.ts'
import { type ResolveConfigOptions, resolveAll } from './resolve-config.ts'

/** Parameters of {@link VanaLoadTestClient}: a target document, and how to work with it. */
export type ClientParameters = Pick<
  LoadTestParameters,
  'seed' | 'degrade' | 'spacing' | 'threads' | 'flow' | 'retry' | 'chain'
> & {
  /** A target document, such as `testbed.target`; `vana-load testbed --json` prints one. */
  target: Target
}

/** Options of {@link VanaLoadTestClient}. */
export type ClientOptions = ResolveConfigOptions & {
  /** Folder of the storage under which the objects of users are stored. @default 'client' */
  runId?: string | undefined
}

/** Options of {@link VanaLoadTestClient.runFlow}. */
export type RunFlowOptions = {
  /** Aborts the flow, whose outcome is then `aborted`. @default the flow goes to its end or its time-out */
  signal?: AbortSignal | undefined
  /** Watches the steps of the flow. @default nobody does */
  observer?: StepObserver | undefined
}

/**
 * A client of one target, through which any number of users run their flows. All flows share its connections and worker threads.
 *
 * @example
 * const client = new VanaLoadTestClient({ target: testbed.target, flow: { submission: 'relayed' } })
 * const { outcome, steps } = await client.runFlow(wallets.wallet(0))
 * await client.close()
 */
export class VanaLoadTestClient implements AsyncDisposable {
  /** What flows work with, for a {@link DataPortabilityFlow} of one's own. */
  readonly services: FlowServices
  /** What the flows of this client do, for a {@link DataPortabilityFlow} of one's own. */
  readonly flowOptions: FlowOptions
  readonly #client: Client

  /**
   * Opens connections and worker threads; nothing is asked of the target yet.
   *
   * @throws LoadTestError `CONFIG_INVALID`
   */
  constructor(parameters: ClientParameters, { env, runId = 'client' }: ClientOptions = {}) {
    const { config } = resolveAll(parameters, { env }).resolved
    const { target } = parameters
    const settings = connectionSettings(config, target, runId)
    this.#client = new Client(settings)
    this.services = this.#client.connection.services
    this.flowOptions = { ...settings.flow, expectEvidence: target.embedded.includes('model') }
  }

  /**
   * Runs the whole workflow of one user. Never rejects: a flow that fails has an outcome and an error.
   *
   * @param user a wallet; with `flow.submission` `'direct'` it pays for its transaction
   */
  runFlow(user: FlowUser, options: RunFlowOptions = {}): Promise<FlowResult> {
    const { signal = new AbortController().signal, observer = {} } = options
    return this.#client.runFlow(user, { signal, observer })
  }

  /** Closes every connection and thread; flows in flight fail. */
  close(): Promise<void> {
    return this.#client.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
