import type { ErrorCode } from '../../errors/catalog.ts'

/** Why a node did not take a transaction, in `details.reason` of the error. */
export type RejectionReason =
  | 'already-known'
  | 'nonce-too-low'
  | 'nonce-too-high'
  | 'replacement-underpriced'
  | 'fee-too-low'
  | 'pool-full'
  | 'insufficient-funds'

/** The program's own code of each reason. */
export const codeOfReason: Record<RejectionReason, ErrorCode> = {
  'already-known': 'CHAIN_NONCE',
  'nonce-too-low': 'CHAIN_NONCE',
  'nonce-too-high': 'CHAIN_NONCE',
  'replacement-underpriced': 'CHAIN_UNDERPRICED',
  'fee-too-low': 'CHAIN_UNDERPRICED',
  'pool-full': 'CHAIN_RATE_LIMITED',
  'insufficient-funds': 'CHAIN_INSUFFICIENT_FUNDS',
}

/**
 * Codes that name a reason whatever the text: those of `eth_simulateV1`, which geth and Nethermind use.
 *
 * Source: execution-apis, `eth_simulateV1`; Nethermind's `ErrorCodes.cs`.
 */
const reasonOfCode: ReadonlyMap<number, RejectionReason> = new Map([
  [-38010, 'nonce-too-low'],
  [-38011, 'nonce-too-high'],
  [-38012, 'fee-too-low'],
  [-38014, 'insufficient-funds'],
])

/**
 * Texts that name a reason, in the order in which they are checked. Clients put them under different codes of their own:
 * geth and Erigon under -32000, reth under -32003, Nethermind under -32010 or -32000, and Besu under a code for each,
 * which other nodes use for something else.
 *
 * | reason       | Besu's code, `RpcErrorType.java` | the same code elsewhere            |
 * |--------------|----------------------------------|------------------------------------|
 * | nonce low    | -32001                           | EIP-1474: resource not found       |
 * | funds        | -32004                           | EIP-1474: method not supported     |
 * | nonce high   | -32006                           | EIP-1474: version not supported    |
 * | fee          | -32009                           |                                    |
 * | known, price | -32000                           | generic                            |
 */
const texts: readonly [RegExp, RejectionReason][] = [
  [
    /already known|alreadyknown|known transaction|already imported|already in the (mem)?pool|same hash/i,
    'already-known',
  ],
  [
    /replacement.*underpriced|replacementnotallowed|replacement fee too low|too low to replace|could not replace/i,
    'replacement-underpriced',
  ],
  [/nonce too low|oldnonce|nonce below|nonce is too low/i, 'nonce-too-low'],
  [
    /nonce too high|nonce too far|noncegap|nonce gap|exceeds account nonce limit|nonce is too distant/i,
    'nonce-too-high',
  ],
  [/insufficient funds|insufficientfunds|insufficient balance|upfront cost exceeds/i, 'insufficient-funds'],
  [/txpool is full|pool is full|pool limit|queue is full|account.*limit/i, 'pool-full'],
  [
    /underpriced|less than block base ?fee|feetoolow|gas price.*(low|below)|max fee per gas.*less|tip.*(low|below)|lower than.*base fee/i,
    'fee-too-low',
  ],
]

/** "Invalid request", "no such method" and "invalid parameters": of the request, under whichever HTTP status. */
export const requestCodes = new Set([-32600, -32601, -32602])
/** "Internal error": of the node, unless it says that a contract refused, as Hardhat and some gateways do. */
export const internalCode = -32603

/** Codes below which a text decides: the range of servers, and "internal error", which gateways put over other errors. */
const isTextCode = (code: number): boolean => (code <= -32000 && code >= -32099) || code === internalCode

/** Why a node did not take a transaction; `undefined` if it is another error. */
export function reasonFor(code: number, message: string): RejectionReason | undefined {
  const known = reasonOfCode.get(code)
  if (known !== undefined || !isTextCode(code)) return known
  return texts.find(([pattern]) => pattern.test(message))?.[1]
}

/**
 * Codes by which providers say "too many", often under HTTP 200. `unless` is what others mean by the same code.
 *
 * | code   | provider                        | source                                                    |
 * |--------|---------------------------------|-----------------------------------------------------------|
 * | 429    | Alchemy, gateways               | alchemy.com/docs/reference/throughput                     |
 * | -32005 | Infura, and "limit exceeded"    | EIP-1474; Besu: gas limit, batch size or range of a call  |
 * | -32007 | QuickNode                       | EspressoSystems/espresso-network#4838; Besu: not allowed  |
 * | -32029 | TheRPC                          | reown-com/blockchain-api#1102                             |
 * | -32097 | Ankr                            | clients of its public endpoints                           |
 * | -32605 | BlockVision                     | docs.blockvision.org/reference/error-code-reference       |
 */
const limitCodes: ReadonlyMap<number, { unless?: RegExp }> = new Map([
  [429, {}],
  [-32005, { unless: /gas limit|batch|range|results|response|logs/i }],
  [-32007, { unless: /not authorized/i }],
  [-32029, {}],
  [-32097, {}],
  [-32605, {}],
])

/**
 * Texts by which providers say "too many" under codes that mean anything: -32000 (OP Stack's proxyd behind others),
 * -32003 and -32012 (QuickNode's daily limits), -32016 (proxyd; Nethermind: a time-out), -32090.
 */
const limitText =
  /rate.?limit|too many requests|requests? limit|request rate|requests? (count|quota) exceeded|compute units?|cu limit|capacity (limit )?exceeded|exceeded.{0,30}capacity|throughput|quota exceeded|exceeded.{0,20}quota|call limit/i

/** Codes whose text is not read: a contract's refusal, and a request that is itself wrong. */
const notLimits = new Set([3, -32015, -32601, -32602])

/** Whether an error means "asked too often". */
export function saysTooMany(code: number, message: string): boolean {
  const rule = limitCodes.get(code)
  if (rule !== undefined) return rule.unless === undefined || !rule.unless.test(message)
  return !notLimits.has(code) && limitText.test(message)
}

/**
 * The pause that an error asks for besides any header, in milliseconds: Infura puts it into the data, others into the text.
 *
 * @example askedPauseMs('Too many requests, retry in 10s', undefined) // 10_000
 */
export function askedPauseMs(message: string, data: unknown): number | undefined {
  const seconds = (data as { rate?: { backoff_seconds?: unknown } } | null | undefined)?.rate?.backoff_seconds
  if (typeof seconds === 'number' && seconds >= 0) return seconds * 1000
  const [, amount, unit = ''] =
    /(?:retry|try again) (?:in|after) (\d{1,6}(?:\.\d+)?) ?(ms|m|s|sec|seconds?|minutes?)\b/i.exec(message) ??
    []
  if (amount === undefined) return undefined
  return Number(amount) * (unit === 'ms' ? 1 : unit.startsWith('m') ? 60_000 : 1000)
}

/**
 * Codes of a failure inside the node: EIP-1474's "resource unavailable", which geth uses for a time-out; Nethermind's time-outs;
 * a block that it does not have yet.
 */
const failureCodes = new Set([internalCode, -32002, -32016, -32017, -39001])
/** The same in words, of nodes behind a balancer of which one lags, and of gateways without a node behind them. */
const failureText =
  /header not found|block not found|unknown block|timed? ?out|deadline exceeded|no (healthy )?(backends?|upstreams?|nodes?)|unavailable/i

/** Whether an error says that the node failed, and nothing of the call. */
export const saysNodeFailed = (code: number, message: string): boolean =>
  failureCodes.has(code) || (isTextCode(code) && failureText.test(message))
