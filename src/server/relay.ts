import type { Address, Hash } from 'viem'
import type { Clock } from '../async/clock.ts'
import type { Lane } from '../chain/lanes/lane.ts'
import type { LaneEvent } from '../chain/lanes/lane-entry.ts'
import type { LaneSend, Submission } from '../chain/lanes/lane-options.ts'
import { createLanePicker } from '../chain/lanes/pick-lane.ts'
import { encodeAddServerFilesAndPermissions } from '../chain/permissions/add-server-files-and-permissions.ts'
import type { Receipt } from '../chain/rpc/chain-reads.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { ApiError } from './api-error.ts'
import type { GasBudget } from './gas-budget.ts'
import { createGate, type Flight, type RelayedTransaction, waitAtGate } from './relay-flight.ts'
import type { RelayGas } from './relay-gas.ts'
import type { RelayRequest } from './relay-request.ts'
import type { RevertBudget } from './revert-budget.ts'

/** Settings of {@link createRelay}. */
export type RelayOptions = {
  /** Those that pay. */
  lanes: readonly Lane[]
  /** The Permissions contract: the only address that is ever called. */
  permissions: Address
  /** Simulates a call and says with how much gas to send it. */
  gasOf: RelayGas
  /** Throws if a transaction with so much gas might go beyond what the relay may spend. */
  requireRoom(gas: bigint): Promise<void>
  /** What each user may cost. */
  budget: GasBudget
  /** What each user may waste on transactions that revert. */
  revertBudget: RevertBudget
  /** Requests that may be worked on at once. */
  maxConcurrent: number
  clock: Clock
}

/** Pays for the transactions of users, see {@link createRelay}. */
export type Relay = {
  /** Submits a checked request and gives the transaction's hash. @throws ApiError, LoadTestError */
  submit(request: RelayRequest): Promise<Hash>
  /** Whether this very request was submitted before: asking again costs nobody anything. */
  knows(request: RelayRequest): boolean
  /** Where a submitted transaction stands now: its hash may have changed since, by a replacement. */
  lookUp(hash: Hash): RelayedTransaction | undefined
  /** Takes the receipt of a lane's transaction: a revert is charged to its user, whose next request is then let in. */
  settle(receipt: Receipt): void
  /** Users with a request being simulated, or with a transaction whose receipt was not read yet. */
  readonly inFlight: number
}

/** How long a lane that could not pay is left out. */
const dryMs = 10_000
/** How long a user's next request waits for the receipt of a transaction that a block holds. */
const receiptMs = 5_000
/** Finished transactions that are remembered, so that a client that lost an answer gets the same one again. */
const remembered = 10_000

/**
 * Makes the relay: it pays for `addServerFilesAndPermissions` at the Permissions contract, and for nothing else.
 *
 * A request is simulated before anything is spent; the one call gives the gas too, and a replayed nonce, a missing
 * grantee or any other refusal of the contract comes back decoded. One transaction a user is in flight, until its receipt
 * was read: the simulation does not see the pool, so a second copy would pass it and revert on chain, at the relay's
 * cost; and a revert has to be charged to its user before the next request is sent. The same request sent twice gets the
 * same hash. What is only being simulated bars nobody: others wait for its end, so that whoever repeats what a user has
 * signed before, which anyone can read off the chain, cannot keep the user out.
 *
 * @example const hash = await relay.submit(parseRelayRequest(body, rules))
 */
export function createRelay(options: RelayOptions): Relay {
  const { clock, lanes, permissions, gasOf, requireRoom, budget, revertBudget, maxConcurrent } = options
  const pickLane = createLanePicker(lanes)
  /** Lanes that own too little, and until when they are left out, monotonic milliseconds. */
  const dryUntilMs = new Map<Lane, number>()
  const flights = new Map<Address, Flight>()
  const byDigest = new Map<Hash, RelayedTransaction>()
  const byHash = new Map<Hash, RelayedTransaction>()
  /** Flights whose transaction is in a block, by its hash. */
  const unsettled = new Map<Hash, { user: Address; flight: Flight }>()
  let working = 0

  function remember(digest: Hash, transaction: RelayedTransaction): void {
    byDigest.set(digest, transaction)
    byHash.set(transaction.hash, transaction)
    for (const map of [byDigest, byHash]) {
      for (const oldest of map.keys()) {
        if (map.size <= remembered) break
        map.delete(oldest)
      }
    }
  }

  function end(user: Address, flight: Flight): void {
    if (flights.get(user) === flight) flights.delete(user)
    flight.gate?.open()
  }

  function onEvent({ user, digest }: RelayRequest, flight: Flight, event: LaneEvent): void {
    const transaction = flight.transaction ?? { hash: event.hash, state: 'pending' }
    flight.transaction = transaction
    unsettled.delete(event.hash)
    if (event.type === 'replaced') {
      transaction.hash = event.newHash
      byHash.set(event.newHash, transaction)
      return
    }
    transaction.hash = event.hash
    if (event.type === 'dropped') {
      transaction.state = 'dropped'
      byDigest.delete(digest)
      end(user, flight)
      return
    }
    transaction.state = 'mined'
    transaction.blockNumber = event.blockNumber
    flight.gate ??= createGate()
    unsettled.set(event.hash, { user, flight })
  }

  function settle({ transactionHash, status, gasUsed }: Receipt): void {
    const known = unsettled.get(transactionHash)
    if (known === undefined) return
    const { user, flight } = known
    unsettled.delete(transactionHash)
    if (status === 'reverted' && !flight.isCharged) {
      flight.isCharged = true
      revertBudget.charge(user, gasUsed)
    }
    end(user, flight)
  }

  /** Waits for what ends soon: a simulation, or the reading of a receipt. @returns what was waited for */
  async function waitFor(user: Address, current: Flight, waited: Flight | undefined): Promise<Flight> {
    const { gate, transaction } = current
    if (gate === undefined || current === waited) {
      throw new ApiError('REQUEST_IN_FLIGHT', `Another request of ${user} is in flight.`, {
        retryAfter: '1',
      })
    }
    if (transaction !== undefined) await waitAtGate(gate, receiptMs, clock)
    else await gate.opened
    return current
  }

  /** Sends a request when no other of its user is in the way; refuses it while one is on its way to a block. */
  async function inTurn(request: RelayRequest): Promise<Hash> {
    const { user, digest } = request
    let waited: Flight | undefined
    for (let current = flights.get(user); current !== undefined; current = flights.get(user)) {
      if (current.digest === digest) return await current.submitting
      waited = await waitFor(user, current, waited)
    }
    const gate = createGate()
    const flight: Flight = {
      ...{ digest, gate, submitting: Promise.resolve('0x' as const) },
      ...{ transaction: undefined, isCharged: false },
    }
    flights.set(user, flight)
    try {
      flight.submitting = send(request, flight)
      return await flight.submitting
    } finally {
      if (flight.transaction === undefined) end(user, flight)
      gate.open()
    }
  }

  /** Sends by another lane what one can't pay for, and leaves that one out for a while: somebody may fund it. */
  async function sendByAny(first: Lane, call: LaneSend): Promise<Submission> {
    for (let lane = first; ; lane = pickAbleLane()) {
      try {
        return await lane.send(call)
      } catch (error) {
        const isDry = error instanceof LoadTestError && error.code === 'CHAIN_INSUFFICIENT_FUNDS'
        if (isDry) dryUntilMs.set(lane, clock.now() + dryMs)
        if (!isDry || dryUntilMs.size === lanes.length) throw error
      }
    }
  }

  function pickAbleLane(): Lane {
    for (const [lane, untilMs] of dryUntilMs) if (untilMs <= clock.now()) dryUntilMs.delete(lane)
    return pickLane(new Set(dryUntilMs.keys()))
  }

  async function send(request: RelayRequest, flight: Flight): Promise<Hash> {
    revertBudget.requireLeft(request.user)
    const lane = pickAbleLane()
    const data = encodeAddServerFilesAndPermissions(request.message, request.signature)
    const gas = await gasOf(lane.address, data, request.message)
    await requireRoom(gas)
    budget.charge(request.user, gas)
    flight.gate?.open()
    flight.gate = undefined
    try {
      const { hash } = await sendByAny(lane, {
        to: permissions,
        data,
        gas,
        onEvent: (event) => onEvent(request, flight, event),
      })
      // The events may have come first: with automatic mining the block is there before the answer to the send.
      flight.transaction ??= { hash, state: 'pending' }
      byHash.set(hash, flight.transaction)
      remember(request.digest, flight.transaction)
      return hash
    } catch (error) {
      const hash =
        error instanceof LoadTestError && error.details.mayBeSent === true ? error.details.hash : undefined
      // The lane goes on looking after it: whoever asks again gets its hash instead of a second transaction.
      if (typeof hash === 'string') {
        flight.transaction ??= { hash: hash as Hash, state: 'pending' }
        remember(request.digest, flight.transaction)
      } else budget.refund(request.user, gas)
      throw error
    }
  }

  return {
    async submit(request) {
      const known = byDigest.get(request.digest)
      if (known !== undefined) return known.hash
      if (lanes.length === 0) throw new ApiError('RELAY_DISABLED', 'This server has no relayer key.')
      if (working >= maxConcurrent) {
        throw new ApiError('RELAY_BUSY', `${working} requests are being worked on.`, { retryAfter: '1' })
      }
      working += 1
      try {
        return await inTurn(request)
      } finally {
        working -= 1
      }
    },
    knows: ({ digest }) => byDigest.has(digest),
    lookUp: (hash) => byHash.get(hash),
    settle,
    get inFlight() {
      return flights.size
    },
  }
}
