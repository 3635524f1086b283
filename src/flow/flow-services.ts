import type { Hex } from 'viem'
import type { RetryPolicy } from '../async/retry.ts'
import type { LaneLedger } from '../chain/lanes/lane-ledger.ts'
import type { RevertReason } from '../chain/transactions/explain-revert.ts'
import type { FundsFor } from '../chain/transactions/funds-for.ts'
import type { KeptTransaction } from '../chain/transactions/keep-transaction.ts'
import type { SignedPermission } from '../vana/user-crypto.ts'
import type { ComputePool } from './compute-pool.ts'
import type { StepRunner } from './step-runner.ts'

/** A user's wallet. */
export type FlowUser = {
  /** Number of the user in the run, from 0. */
  index: number
  address: Hex
  /** Secret. */
  privateKey: Hex
  /** Tops up the wallet if gas costs more than it was funded for. @default no top-ups */
  fundsFor?: FundsFor | undefined
  /** Called with every transaction that the wallet sends, under every hash. @default none */
  ledger?: LaneLedger | undefined
}

/** A personal server's identity for one user. */
export type ServerIdentity = { address: Hex; publicKey: string }

/** The app that gets access. */
export type Grantee = { id: bigint; address: Hex }

/** A pending transaction. */
export type Submission = {
  hash: Hex
  /** Newest block when it was sent. */
  afterBlock: number
  /** Start of sending, in milliseconds of `performance.now()`. */
  sendingAtMs: number
  /** When the other side had accepted it, in milliseconds of `performance.now()`. */
  submittedAtMs: number
  /** Tracks the user's own transaction until its receipt arrives. */
  kept?: KeptTransaction | undefined
}

/** A flow's mined transaction. */
export type FlowReceipt = {
  hash: Hex
  status: 'success' | 'reverted'
  blockNumber: number
  /** Timestamp of the block, in seconds since 1970. */
  blockTimestamp: number
  /** The same, estimated in milliseconds of `performance.now()`; not after `seenAtMs`. */
  blockAtMs: number
  /** When this process first saw the block, in milliseconds of `performance.now()`. */
  seenAtMs: number
  gasUsed: number
  /** Effective price per gas, in wei. */
  gasPriceWei: bigint
  /** From the transaction's `PermissionAdded`; `null` without one. The id is a decimal string. */
  permission: { id: string; user: Hex; grant: string } | null
}

/** State of an operation on the personal server. `status` is whatever the server reports. */
export type OperationState = { id: string; status: string; result: unknown }

/**
 * Everything outside a flow that it uses, for any target.
 *
 * Every function rejects with a classified `LoadTestError`, or with the signal's reason.
 */
export type FlowServices = {
  /** Monotonic milliseconds, and a cancellable pause. */
  clock: { now(): number; sleep(delayMs: number, signal: AbortSignal): Promise<void> }
  compute: ComputePool
  storage: {
    /** Stores an object. @returns the URL under which the personal server reads it */
    upload(
      bytes: Uint8Array,
      object: { name: string; contentType: string; signal: AbortSignal },
    ): Promise<string>
  }
  /** Resolves the grantee of a user by the user's number. Flows with the same grantee share the answer. */
  grantee(index: number, signal: AbortSignal): Promise<Grantee>
  personalServer: {
    /** Ends in `/api/v1`; goes on chain as the server's URL. */
    url: string
    identity(user: Hex, signal: AbortSignal): Promise<ServerIdentity>
  }
  chain: {
    id: number
    /** The user's next nonce for signed permissions. */
    permissionNonce(user: Hex, signal: AbortSignal): Promise<bigint>
    /**
     * Submits the user's signature, at the user's own cost or through a relayer. Must not be repeated blindly: the parts that
     * are safe to repeat use the flow's `retry`.
     */
    submit(
      signed: SignedPermission,
      user: FlowUser,
      options: { signal: AbortSignal; retry: StepRunner['retry'] },
    ): Promise<Submission>
    /**
     * Waits for the block with the transaction.
     *
     * @param options.onRefused called with errors that do not end the wait
     * @throws LoadTestError TX_NOT_CONFIRMED
     */
    receipt(
      submission: Submission,
      options: { signal: AbortSignal; onRefused: (error: unknown) => void },
    ): Promise<FlowReceipt>
    /** Finds out why a transaction reverted. Never rejects. Makes extra calls, so it is only for failures. */
    revertReason(receipt: FlowReceipt, signal: AbortSignal): Promise<RevertReason>
  }
  inference: {
    request(permissionId: string, signal: AbortSignal): Promise<{ operationId: string }>
    poll(operationId: string, signal: AbortSignal): Promise<OperationState>
  }
  /** Turns for requests to a rate-limited personal server, separate for each of the two kinds. @default none */
  turns?: Record<'identity' | 'request', (signal: AbortSignal) => Promise<void>>
  retry: RetryPolicy
}

/** Options of a flow that do not depend on the target. */
export type FlowOptions = {
  runId: string
  seed: string
  dataSize: 'small' | 'medium' | 'large' | 'mixed'
  /** Timeout of the whole flow, in milliseconds. */
  timeoutMs: number
  /** Timeout from the request for inference to its result, in milliseconds. */
  inferenceTimeoutMs: number
  /** Interval between polls of an operation, in milliseconds. */
  pollIntervalMs: number
  /** Whether the target's model proves what it read, so that the answer can be checked against the data. */
  expectEvidence: boolean
  /** Whether a flow whose inference fails is marked `degraded` instead of failed. It never counts as succeeded. */
  degradeInference?: boolean | undefined
  /** Template of the prompt, with `{{data}}`. @default a prompt made from the wallet's address */
  prompt?: string | undefined
}
