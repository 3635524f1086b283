import { linkedSignal } from '../async/linked-signal.ts'
import { firstFlowGas } from '../chain/transactions/first-flow-gas.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createRandom } from '../random/random.ts'
import { createGrantFile } from '../vana/grant-file.ts'
import { checkEvidence } from './evidence.ts'
import type { FlowError, FlowTransaction, Outcome, TransactionTimes } from './flow-record.ts'
import type { FlowOptions, FlowReceipt, FlowServices, FlowUser, Submission } from './flow-services.ts'
import { promptFor } from './prompts.ts'
import { createStepRunner, type StepObserver, type StepRunner, toFlowError } from './step-runner.ts'
import type { StepName } from './steps.ts'
import { type DataSize, dataSizes } from './user-data.ts'
import { waitForAnswer } from './wait-for-answer.ts'

/** How one flow went. */
export type FlowResult = {
  outcome: Exclude<Outcome, 'dropped'>
  /** Milliseconds per step that began. */
  steps: Partial<Record<StepName, number>>
  /** Its times are milliseconds of `performance.now()`, since a flow knows nothing of the run. */
  tx: FlowTransaction | null
  /** Whether the answer proved what the server read; `null` when the target gives no proof. */
  verified: boolean | null
  error: FlowError | null
  /** The personal server's answer. */
  answer: unknown
}

/** How one user's flow is run. */
export type RunFlowOptions = {
  signal: AbortSignal
  /** @default nobody watches the steps */
  observer?: StepObserver | undefined
  /** The run under whose name the user's objects are stored. @default that of the flow's options */
  runId?: string | undefined
}

/**
 * The whole data-portability workflow of one user, in twelve steps, from making data to the answer about it.
 *
 * It succeeds only when the transaction is in a block with status 1, its `PermissionAdded` names this user and this
 * grant, and the personal server reports `succeeded`; on a target that proves what its model read, the proof must
 * hold too.
 *
 * @example const result = await new DataPortabilityFlow(services, options).run(user, { signal })
 */
export class DataPortabilityFlow {
  readonly #services: FlowServices
  readonly #options: FlowOptions

  constructor(services: FlowServices, options: FlowOptions) {
    this.#services = services
    this.#options = options
  }

  /** Runs the flow of one user; never rejects. */
  async run(user: FlowUser, options: RunFlowOptions): Promise<FlowResult> {
    const { signal, observer = {}, runId = this.#options.runId } = options
    const { timeoutMs } = this.#options
    const limit = linkedSignal(signal, timeoutMs, () => timedOut(timeoutMs, runner.lastFailure()))
    const { clock, retry } = this.#services
    const endMs = clock.now() + timeoutMs
    const policy = { ...retry, remainingMs: () => endMs - clock.now() }
    const runner = createStepRunner({ clock, policy, signal: limit.signal, observer })
    const progress: Progress = { tx: null, verified: null, answer: null }
    try {
      await this.#steps(user, runner, { folder: `${runId}/${user.index}`, signal: limit.signal, progress })
      return { outcome: 'succeeded', steps: runner.durations, error: null, ...progress }
    } catch (error) {
      const flowError = toFlowError(limit.signal.aborted ? limit.signal.reason : error, runner.current())
      return { outcome: this.#outcomeOf(flowError), steps: runner.durations, error: flowError, ...progress }
    } finally {
      limit.dispose()
    }
  }

  async #steps(
    user: FlowUser,
    { step, retry, reportLimit }: StepRunner,
    { folder, signal, progress }: { folder: string; signal: AbortSignal; progress: Progress },
  ): Promise<void> {
    const { compute, storage, chain, personalServer, inference, clock, turns } = this.#services
    const { seed, pollIntervalMs, inferenceTimeoutMs, expectEvidence } = this.#options
    const { privateKey, index, address } = user
    const prompt = this.#options.prompt ?? promptFor(address)

    const data = await step('data', () =>
      compute.run('makeUserData', { seed, index, size: this.#sizeOf(index) }, signal),
    )
    const { encrypted, encryptionKey } = await step('encrypt', () =>
      compute.run('encryptData', { privateKey, chainId: chain.id, plain: data }, signal),
    )
    const fileUrl = await step(
      'upload',
      () =>
        storage.upload(encrypted, {
          name: `${folder}/data.pgp`,
          contentType: 'application/octet-stream',
          signal,
        }),
      { idempotent: true },
    )
    const grantee = await step('grantee', () => this.#services.grantee(index, signal), { idempotent: true })
    const server = await step('identity', () => personalServer.identity(address, signal), {
      idempotent: true,
      turn: turns?.identity,
    })
    const grantFile = createGrantFile({
      grantee: grantee.address,
      operation: 'llm_inference',
      files: [],
      parameters: { prompt, response_format: { type: 'json_object' } },
    })
    const grantUrl = await step(
      'grant',
      () =>
        storage.upload(Buffer.from(JSON.stringify(grantFile)), {
          name: `${folder}/grant.json`,
          contentType: 'application/json',
          signal,
        }),
      { idempotent: true },
    )
    const sealedKey = await step('seal', () =>
      compute.run('sealKey', { encryptionKey, serverPublicKey: server.publicKey }, signal),
    )
    const parameters = {
      granteeId: grantee.id,
      grant: grantUrl,
      fileUrls: [fileUrl],
      schemaIds: [0],
      serverAddress: server.address,
      serverUrl: personalServer.url,
      serverPublicKey: server.publicKey,
      filePermissions: [[{ account: server.address, key: sealedKey }]],
    }
    const signed = await step('sign', async () => {
      const nonce = await retry(() => chain.permissionNonce(address, signal))
      return compute.run('signPermission', { privateKey, chainId: chain.id, nonce, parameters }, signal)
    })
    const submission = await step('submit', () => chain.submit(signed, user, { signal, retry }), {
      // Waiting for more funds is no time of the chain.
      turn: () => user.fundsFor?.(firstFlowGas, { signal }) ?? Promise.resolve(),
    }).catch((error: unknown) => {
      // A node may still have it and charge for it, so the ledger records it.
      const hash = unsureHash(error)
      if (hash !== undefined) progress.tx = { ...unmined, hash }
      throw error
    })
    progress.tx = { ...unmined, hash: submission.hash, times: timesOf(submission) }
    const permissionId = await step('confirm', async () => {
      const receipt = await chain.receipt(submission, { signal, onRefused: reportLimit })
      progress.tx = transactionOf(receipt, submission)
      if (receipt.status !== 'success') throw await this.#revertOf(receipt, signal)
      return permissionOf(receipt, user, grantUrl)
    })
    const { operationId } = await step(
      'request',
      () => inference.request(permissionId, signal),
      // A request may have begun an operation whatever became of it, unless the failure says otherwise.
      { idempotent: 'when-nothing-begun', turn: turns?.request },
    )
    await step('result', async () => {
      const polling = { clock, pollIntervalMs, timeoutMs: inferenceTimeoutMs, signal, retry }
      const { result } = await waitForAnswer(inference.poll, operationId, polling)
      progress.answer = result
      if (!expectEvidence) return
      progress.verified = false
      checkEvidence(result, prompt, [data])
      progress.verified = true
    })
  }

  /** Why the transaction failed is not in its receipt, and takes asking again. */
  async #revertOf(receipt: FlowReceipt, signal: AbortSignal): Promise<LoadTestError> {
    const { hash, blockNumber } = receipt
    const { reason, revert } = await this.#services.chain.revertReason(receipt, signal)
    return new LoadTestError(
      'TX_REVERTED',
      `Transaction ${hash} reverted in block ${blockNumber}: ${reason}.`,
      { details: revert === null ? {} : { revert } },
    )
  }

  #outcomeOf({ code, step }: FlowError): FlowResult['outcome'] {
    if (code === 'ABORTED') return 'aborted'
    const isInference = step === 'request' || step === 'result'
    // An answer about other data is a wrong answer, which nothing can excuse.
    if (this.#options.degradeInference && isInference && code !== 'INFERENCE_MISMATCH') return 'degraded'
    return code === 'FLOW_TIMEOUT' ? 'timed-out' : 'failed'
  }

  #sizeOf(index: number): DataSize {
    const { dataSize, seed } = this.#options
    if (dataSize !== 'mixed') return dataSize
    const sizes = Object.keys(dataSizes) as DataSize[]
    return sizes[Math.floor(createRandom(seed, 'size', index)() * sizes.length)] ?? 'medium'
  }
}

/** Names the last failure before the time was up: the time alone says nothing of the cause. */
function timedOut(timeoutMs: number, lastFailure: unknown): LoadTestError {
  const cause = lastFailure instanceof Error ? `; the last attempt: ${lastFailure.message}` : '.'
  return new LoadTestError('FLOW_TIMEOUT', `The flow did not end within ${timeoutMs} ms${cause}`, {
    cause: lastFailure,
  })
}

type Progress = Pick<FlowResult, 'tx' | 'verified' | 'answer'>

/** What makes a transaction in a block a success: a permission of this very user and grant. */
function permissionOf({ hash, permission }: FlowReceipt, user: FlowUser, grantUrl: string): string {
  if (!permission)
    throw new LoadTestError('TX_EVENT_MISSING', `Transaction ${hash} emitted no PermissionAdded.`)
  // A signature over other fields recovers to a stranger, whose permission this would then be.
  if (permission.user.toLowerCase() !== user.address.toLowerCase() || permission.grant !== grantUrl) {
    throw new LoadTestError('TX_EVENT_MISSING', `Transaction ${hash} granted for ${permission.user} instead.`)
  }
  return permission.id
}

const unmined = { permissionId: null, blockNumber: null, gasUsed: null, gasPriceWei: null, times: null }

/** The hash of a transaction whose sending failed and that may be mined nevertheless. */
function unsureHash(error: unknown): FlowTransaction['hash'] | undefined {
  if (!(error instanceof LoadTestError) || error.details.mayBeSent !== true) return undefined
  const { hash } = error.details
  return typeof hash === 'string' ? (hash as FlowTransaction['hash']) : undefined
}

function timesOf({ sendingAtMs, submittedAtMs }: Submission): TransactionTimes {
  const times = { sentMs: sendingAtMs, acceptedMs: submittedAtMs }
  return { ...times, blockMs: null, seenMs: null, blockTimestamp: null }
}

function transactionOf(receipt: FlowReceipt, submission: Submission): FlowTransaction {
  const { hash, permission, blockNumber, gasUsed, gasPriceWei, blockTimestamp } = receipt
  const times = timesOf(submission)
  // A relayer's answer may come when the block is there already.
  const seenMs = Math.max(times.acceptedMs, receipt.seenAtMs)
  const blockMs = Math.min(seenMs, Math.max(times.acceptedMs, receipt.blockAtMs))
  return {
    hash,
    permissionId: permission?.id ?? null,
    blockNumber,
    gasUsed,
    gasPriceWei,
    times: { ...times, blockMs, seenMs, blockTimestamp },
  }
}
