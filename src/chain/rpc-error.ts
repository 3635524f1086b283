import { type Hex, isHex } from 'viem'
import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { decodeRevert, describeRevert, type Revert } from './revert.ts'

/** An error object of a JSON-RPC answer. */
export type RpcErrorBody = { code: number; message: string; data?: unknown }

/** Why a node did not take a transaction, in `details.reason` of the error. */
export type RejectionReason =
  | 'already-known'
  | 'nonce-too-low'
  | 'nonce-too-high'
  | 'replacement-underpriced'
  | 'fee-too-low'
  | 'pool-full'
  | 'insufficient-funds'

/** Codes that say nothing by themselves: a server error (-32000), a rejected transaction (-32003), Nethermind's pool (-32010). */
const genericCodes = new Set([-32000, -32003, -32010])
const revertCodes = new Set([3, -32015])
/** "Internal error": of the node, unless it says that a contract refused, as Hardhat and some gateways do. */
const internalCode = -32603
/** EIP-1474's "resource unavailable" besides. */
const nodeFailureCodes = new Set<unknown>([internalCode, -32002])
/** "Invalid request", "no such method" and "invalid parameters": of the request, under whichever HTTP status. */
const requestCodes = new Set([-32600, -32601, -32602])
/** EIP-1474's "limit exceeded", and what gateways put in place of the HTTP status. */
const rateLimitCodes = new Set([-32005, 429])

/**
 * What nodes say in place of a code, checked in this order. The texts are those of geth (and of clients that copied
 * it), anvil, Nethermind, Besu and Erigon.
 */
const texts: readonly [RegExp, RejectionReason, ErrorCode][] = [
  [
    /already known|alreadyknown|known transaction|already imported|already in the pool/i,
    'already-known',
    'CHAIN_NONCE',
  ],
  [
    /replacement.*underpriced|replacementnotallowed|replacement fee too low/i,
    'replacement-underpriced',
    'CHAIN_UNDERPRICED',
  ],
  [/nonce too low|oldnonce|nonce below|nonce is too low/i, 'nonce-too-low', 'CHAIN_NONCE'],
  [
    /nonce too high|nonce too far|noncegap|nonce gap|exceeds account nonce limit/i,
    'nonce-too-high',
    'CHAIN_NONCE',
  ],
  [
    /insufficient funds|insufficientfunds|insufficient balance|upfront cost exceeds/i,
    'insufficient-funds',
    'CHAIN_INSUFFICIENT_FUNDS',
  ],
  [/txpool is full|pool is full|pool limit|queue is full|account.*limit/i, 'pool-full', 'CHAIN_RATE_LIMITED'],
  [
    /underpriced|less than block base ?fee|feetoolow|gas price.*(low|below)|max fee per gas.*less|tip.*(low|below)|lower than.*base fee/i,
    'fee-too-low',
    'CHAIN_UNDERPRICED',
  ],
]

/**
 * Turns a JSON-RPC error into the program's own: by the RPC code where it says enough, by the node's text only for
 * the generic codes.
 *
 * A refusal by a contract becomes `TX_REVERTED` with `details.revert` decoded. The other codes are
 * `CHAIN_RATE_LIMITED`, `CHAIN_NONCE`, `CHAIN_UNDERPRICED`, `CHAIN_INSUFFICIENT_FUNDS` (with `details.reason`) and
 * `CHAIN_RPC_ERROR`. All carry `details.method`, `details.code` and, if the node gave any, `details.data`.
 *
 * @example toChainError({ code: 3, message: 'execution reverted', data: '0xb5b6936d' }, 'eth_estimateGas')
 */
export function toChainError(body: RpcErrorBody, method: string, status = 200): LoadTestError {
  const { code, message } = body
  const data = revertData(body.data)
  const details = {
    method,
    code,
    ...(data === undefined ? {} : { data }),
    ...(status >= 500 && !requestCodes.has(code) ? { status } : {}),
  }

  if (rateLimitCodes.has(code)) {
    return new LoadTestError('CHAIN_RATE_LIMITED', `${method}: ${message}`, { details })
  }
  const mayBeRevert = genericCodes.has(code) || code === internalCode
  if (revertCodes.has(code) || (mayBeRevert && (data !== undefined || /revert/i.test(message)))) {
    const revert = decodeRevert(data ?? '0x')
    const reason = revert.name === 'empty' ? message : describeRevert(revert)
    return new LoadTestError('TX_REVERTED', `${method}: the contract refused: ${reason}`, {
      details: { ...details, revert },
    })
  }
  if (genericCodes.has(code)) {
    const match = texts.find(([pattern]) => pattern.test(message))
    if (match !== undefined) {
      const [, reason, errorCode] = match
      return new LoadTestError(errorCode, `${method}: ${message}`, { details: { ...details, reason } })
    }
  }
  return new LoadTestError('CHAIN_RPC_ERROR', `${method}: ${message} (code ${code})`, { details })
}

/**
 * Why the node did not take a transaction; `undefined` if the error is not a rejection.
 *
 * @example if (rejectionReason(error) === 'already-known') return hash
 */
export function rejectionReason(error: unknown): RejectionReason | undefined {
  if (!(error instanceof LoadTestError)) return undefined
  return error.details.reason as RejectionReason | undefined
}

/**
 * Whether an error is the node's own failure: it gave no answer, none in time or none that can be read, asked for a pause,
 * or failed inside. Any other error is its answer to the call: a revert, a used nonce, a price, an unknown method.
 *
 * @example isNodeFailure(toChainError({ code: -32603, message: 'Internal error' }, 'eth_call')) // true
 */
export function isNodeFailure({ code, details }: LoadTestError): boolean {
  if (code === 'CHAIN_RATE_LIMITED') return details.reason === undefined
  if (code === 'CHAIN_RPC_ERROR') {
    return details.code === undefined || details.status !== undefined || nodeFailureCodes.has(details.code)
  }
  return code === 'CHAIN_UNREACHABLE'
}

/** Client errors that ask to come again later. */
const laterStatuses = new Set([408, 425, 429])
/** No such host, and every kind of bad certificate: of a URL that never worked, and not of the weather. */
const wrongUrl = /^(ENOTFOUND|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_)/

/**
 * Whether the same request may succeed at the same endpoint a little later: after a 5xx, a reset, a time-out or a pause.
 *
 * @param isVerified whether the endpoint has worked before; one that never did and is no node will not become one
 */
export function mayPass(error: LoadTestError, isVerified: boolean): boolean {
  const { status, network, code } = error.details
  if (!isNodeFailure(error)) return false
  if (typeof status === 'number' && status >= 400) return status >= 500 || laterStatuses.has(status)
  if (isVerified) return true
  if (error.code === 'CHAIN_RPC_ERROR') return code !== undefined
  return status === undefined && !wrongUrl.test(String(network ?? ''))
}

/**
 * The decoded reason of a contract's refusal; `undefined` if the error is something else.
 *
 * @example revertOf(error)?.name // 'InvalidNonce'
 */
export function revertOf(error: unknown): Revert | undefined {
  if (!(error instanceof LoadTestError)) return undefined
  return error.details.revert as Revert | undefined
}

/** Nodes put the revert data into `data`, into `data.data`, or (OpenEthereum's heirs) after the word "Reverted". */
function revertData(data: unknown): Hex | undefined {
  if (typeof data === 'object' && data !== null && 'data' in data) return revertData(data.data)
  if (typeof data !== 'string') return undefined
  const text = data.replace(/^Reverted /, '')
  return isHex(text) ? text : undefined
}
