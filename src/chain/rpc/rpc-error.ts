import { type Hex, isHex } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { decodeRevert, describeRevert, type Revert } from '../transactions/revert.ts'
import {
  askedPauseMs,
  codeOfReason,
  internalCode,
  type RejectionReason,
  reasonFor,
  requestCodes,
  saysNodeFailed,
  saysTooMany,
} from './rpc-refusals.ts'

/** An error object of a JSON-RPC answer. */
export type RpcErrorBody = { code: number; message: string; data?: unknown | undefined }

/** Codes by which nodes say that a contract refused; under the others it shows in the data or the text. */
const revertCodes = new Set([3, -32015])
const mayBeRevert = (code: number): boolean => [-32000, -32003, -32010, internalCode].includes(code)

/**
 * Turns a JSON-RPC error into the program's own, by the tables of `rpc-refusals.ts`.
 *
 * A refusal by a contract becomes `TX_REVERTED` with `details.revert` decoded. The other codes are
 * `CHAIN_RATE_LIMITED` (with `details.retryAfterMs` if a pause was asked for), `CHAIN_NONCE`, `CHAIN_UNDERPRICED`,
 * `CHAIN_INSUFFICIENT_FUNDS` (with `details.reason`) and `CHAIN_RPC_ERROR`. All have `details.method`, `details.code` and, if
 * the node gave any, `details.data`.
 *
 * @param status HTTP status under which the error came
 * @example toChainError({ code: 3, message: 'execution reverted', data: '0xb5b6936d' }, 'eth_estimateGas')
 */
export function toChainError(body: RpcErrorBody, method: string, status = 200): LoadTestError {
  const { code, message } = body
  const data = revertData(body.data)
  const details = { method, code, data }

  if (revertCodes.has(code) || (mayBeRevert(code) && (data !== undefined || /revert/i.test(message)))) {
    const revert = decodeRevert(data ?? '0x')
    const reason = revert.name === 'empty' ? message : describeRevert(revert)
    return new LoadTestError('TX_REVERTED', `${method}: the contract refused: ${reason}`, {
      details: { ...details, revert },
    })
  }
  if (saysTooMany(code, message)) {
    const retryAfterMs = askedPauseMs(message, body.data)
    return new LoadTestError('CHAIN_RATE_LIMITED', `${method}: ${message}`, {
      details: { ...details, retryAfterMs },
    })
  }
  const reason = reasonFor(code, message)
  if (reason !== undefined) {
    return new LoadTestError(codeOfReason[reason], `${method}: ${message}`, {
      details: { ...details, reason },
    })
  }
  return new LoadTestError('CHAIN_RPC_ERROR', `${method}: ${message} (code ${code})`, {
    details: {
      ...details,
      status: status >= 500 && !requestCodes.has(code) ? status : undefined,
      nodeFailed: saysNodeFailed(code, message) || undefined,
    },
  })
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
    return details.code === undefined || details.status !== undefined || details.nodeFailed === true
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
 * Whether a node answered with something of another shape, which asking again does not change for long.
 *
 * @example isMalformed(error) // true, where a receipt has no block
 */
export function isMalformed(error: unknown): boolean {
  return error instanceof LoadTestError && error.details.malformed === true
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
