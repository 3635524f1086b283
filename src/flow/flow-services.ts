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
  /** Tops the wallet up when gas costs more than it was given for. @default it holds what it holds */
  fundsFor?: FundsFor | undefined
  /** Gets every transaction that the wallet sends, under every hash. @default none does */
  ledger?: LaneLedger | undefined
}

/** A personal server's identity for one user. */
export type ServerIdentity = { address: Hex; publicKey: string }

/** The app that is given access. */
export type Grantee = { id: bigint; address: Hex }

/** A transaction on its way. */
export type Submission = {
  hash: Hex
  /** The newest block when it was sent. */
  afterBlock: number
  /** When sending began, in milliseconds of `performance.now()`. */
  sendingAtMs: number
  /** When the other side had taken it, in milliseconds of `performance.now()`. */
  submittedAtMs: number
  /** What looks after the user's own transaction until its receipt is there. */
  kept?: KeptTransaction | undefined
}

/** What the chain says about a flow's transaction, once a block holds it. */
export type FlowReceipt = {
  hash: Hex
  status: 'success' | 'reverted'
  blockNumber: number
  /** The block's own time, in seconds since 1970. */
  blockTimestamp: number
  /** The same, as well as it can be known, in milliseconds of `performance.now()`; not after `seenAtMs`. */
  blockAtMs: number
  /** When the block was first seen here, in milliseconds of `performance.now()`. */
  seenAtMs: number
  gasUsed: number
  /** Effective price per gas in wei, decimal string. */
  gasPriceWei: string
  /** From the transaction's `PermissionAdded`; `null` without one. The id is a decimal string. */
  permission: { id: string; user: Hex; grant: string } | null
}

/** An operation's state on the personal server; `status` is whatever the server says. */
export type OperationState = { id: string; status: string; result: unknown }

/**
 * Everything outside a flow that it works with, whichever target it runs against.
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
  /** Resolves the grantee of a user, by the user's number; the answer is shared by all flows of a run that have the same. */
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
     * Submits what the user signed, at the user's own cost or through a relayer. Never to be repeated blindly: the parts that
     * are safe to repeat go through the flow's `retry`.
     */
    submit(
      signed: SignedPermission,
      user: FlowUser,
      options: { signal: AbortSignal; retry: StepRunner['retry'] },
    ): Promise<Submission>
    /**
     * Waits for the block that holds the transaction.
     *
     * @param options.onRefused called with errors that do not end the wait
     * @throws LoadTestError TX_NOT_CONFIRMED
     */
    receipt(
      submission: Submission,
      options: { signal: AbortSignal; onRefused: (error: unknown) => void },
    ): Promise<FlowReceipt>
    /** Finds out why a transaction reverted; never rejects. Costs calls of its own, so it is for failures alone. */
    revertReason(receipt: FlowReceipt, signal: AbortSignal): Promise<RevertReason>
  }
  inference: {
    request(permissionId: string, signal: AbortSignal): Promise<{ operationId: string }>
    poll(operationId: string, signal: AbortSignal): Promise<OperationState>
  }
  /** Turns at the personal server, for one that limits requests; each of its two kinds of request has its own. @default none */
  turns?: Record<'identity' | 'request', (signal: AbortSignal) => Promise<void>>
  retry: RetryPolicy
}

/** What a flow does, apart from with whom. */
export type FlowOptions = {
  runId: string
  seed: string
  dataSize: 'small' | 'medium' | 'large' | 'mixed'
  /** The whole flow, in milliseconds. */
  timeoutMs: number
  /** From the request for inference to its result, in milliseconds. */
  inferenceTimeoutMs: number
  /** Pause between two polls of an operation, in milliseconds. */
  pollIntervalMs: number
  /** Whether the target's model proves what it read, so that the answer can be checked against the data. */
  expectEvidence: boolean
  /** Whether a flow whose inference fails is marked `degraded` rather than failed; it never counts as succeeded. */
  degradeInference?: boolean | undefined
  /** Template of the prompt; must hold `{{data}}`. @default a prompt made from the wallet's address */
  prompt?: string | undefined
}
