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

/** Result of a flow. */
export type FlowResult = {
  outcome: Exclude<Outcome, 'dropped'>
  /** Duration of each started step, in milliseconds. */
  steps: Partial<Record<StepName, number>>
  /** Times are in milliseconds of `performance.now()`, since a flow does not know the run. */
  tx: FlowTransaction | null
  /** Whether the answer proved what the server read; `null` if the target gives no proof. */
  verified: boolean | null
  error: FlowError | null
  /** The personal server's answer. */
  answer: unknown
}

/** Options of one user's flow. */
export type RunFlowOptions = {
  signal: AbortSignal
  /** @default none */
  observer?: StepObserver | undefined
  /** Id of the run, which prefixes the names of the user's objects. @default that of the flow's options */
  runId?: string | undefined
}

/**
 * The whole data-portability workflow of one user, in twelve steps from creating data to the answer about it.
 *
 * It succeeds only if the transaction is in a block with status 1, its `PermissionAdded` names this user and this grant, and
 * the personal server reports `succeeded`. If the target proves what its model read, the proof must hold too.
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

  /** Runs the flow of one user. Never rejects. */
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
      // The wait for more funds does not count as time of the chain.
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
      // A failed request may have begun an operation, unless the failure rules it out.
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

  /** Finds out why the transaction failed, which its receipt does not contain. */
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
    // An answer about other data is wrong, so it is never excused as degraded.
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

/** Creates the error of a timeout. It names the last failure, since the timeout alone does not explain the cause. */
function timedOut(timeoutMs: number, lastFailure: unknown): LoadTestError {
  const cause = lastFailure instanceof Error ? `; the last attempt: ${lastFailure.message}` : '.'
  return new LoadTestError('FLOW_TIMEOUT', `The flow did not end within ${timeoutMs} ms${cause}`, {
    cause: lastFailure,
  })
}

type Progress = Pick<FlowResult, 'tx' | 'verified' | 'answer'>

/** Checks that a mined transaction added a permission for this user and this grant. */
function permissionOf({ hash, permission }: FlowReceipt, user: FlowUser, grantUrl: string): string {
  if (!permission)
    throw new LoadTestError('TX_EVENT_MISSING', `Transaction ${hash} emitted no PermissionAdded.`)
  // A signature over other fields recovers to another address, which would then own the permission.
  if (permission.user.toLowerCase() !== user.address.toLowerCase() || permission.grant !== grantUrl) {
    throw new LoadTestError('TX_EVENT_MISSING', `Transaction ${hash} granted for ${permission.user} instead.`)
  }
  return permission.id
}

const unmined = { permissionId: null, blockNumber: null, gasUsed: null, gasPriceWei: null, times: null }

/** Returns the hash of a transaction that may be mined although sending it failed. */
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
  // A relayer may respond after the block has arrived.
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
