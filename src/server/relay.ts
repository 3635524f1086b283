import type { Address, Hash } from 'viem'
import type { Clock } from '../async/clock.ts'
import { encodeAddServerFilesAndPermissions } from '../chain/add-server-files-and-permissions.ts'
import type { Lane } from '../chain/lane.ts'
import type { LaneEvent } from '../chain/lane-entry.ts'
import type { LaneSend, Submission } from '../chain/lane-options.ts'
import { createLanePicker } from '../chain/pick-lane.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { ApiError } from './api-error.ts'
import type { GasBudget } from './gas-budget.ts'
import type { RelayGas } from './relay-gas.ts'
import type { RelayRequest } from './relay-request.ts'

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
  /** Users with a request being simulated or a transaction in flight. */
  readonly inFlight: number
}

/** What the relay knows of a transaction. */
export type RelayedTransaction = {
  hash: Hash
  /** `mined`: a block holds it, whatever its status. */
  state: 'pending' | 'mined' | 'dropped'
  /** Of the block that holds it. */
  blockNumber?: number
}

type Flight = {
  digest: Hash
  submitting: Promise<Hash>
  /** Settles when the simulation has ended, whichever way; nothing once it has been passed. */
  simulating: Promise<void> | undefined
  transaction: RelayedTransaction | undefined
}

/** How long a lane that could not pay is left out. */
const dryMs = 10_000
/** Finished transactions that are remembered, so that a client that lost an answer gets the same one again. */
const remembered = 10_000

/**
 * Makes the relay: it pays for `addServerFilesAndPermissions` at the Permissions contract, and for nothing else.
 *
 * A request is simulated before anything is spent; the one call gives the gas too, and a replayed nonce, a missing
 * grantee or any other refusal of the contract comes back decoded. One transaction a user is in flight, until a block
 * holds it: the simulation does not see the pool, so a second copy would pass it and revert on chain, at the relay's
 * cost. The same request sent twice gets the same hash. What is only being simulated bars nobody: others wait for its end,
 * so that whoever repeats what a user has signed before, which anyone can read off the chain, cannot keep the user out.
 *
 * @example const hash = await relay.submit(parseRelayRequest(body, rules))
 */
export function createRelay(options: RelayOptions): Relay {
  const { clock, lanes, permissions, gasOf, requireRoom, budget, maxConcurrent } = options
  const pickLane = createLanePicker(lanes)
  /** Lanes that own too little, and until when they are left out, monotonic milliseconds. */
  const dryUntilMs = new Map<Lane, number>()
  const flights = new Map<Address, Flight>()
  const byDigest = new Map<Hash, RelayedTransaction>()
  const byHash = new Map<Hash, RelayedTransaction>()
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

  function onEvent(request: RelayRequest, flight: Flight, event: LaneEvent): void {
    const transaction = flight.transaction ?? { hash: event.hash, state: 'pending' }
    flight.transaction = transaction
    if (event.type === 'replaced') {
      transaction.hash = event.newHash
      byHash.set(event.newHash, transaction)
      return
    }
    transaction.hash = event.hash
    transaction.state = event.type === 'confirmed' ? 'mined' : 'dropped'
    if (event.type === 'confirmed') transaction.blockNumber = event.blockNumber
    else byDigest.delete(request.digest)
    if (flights.get(request.user) === flight) flights.delete(request.user)
  }

  /** Sends a request when no other of its user is being simulated; refuses it while one is on its way to a block. */
  async function inTurn(request: RelayRequest): Promise<Hash> {
    const { user, digest } = request
    for (let current = flights.get(user); current !== undefined; current = flights.get(user)) {
      if (current.digest === digest) return await current.submitting
      if (current.simulating === undefined) {
        throw new ApiError('REQUEST_IN_FLIGHT', `Another request of ${user} is in flight.`, {
          retryAfter: '1',
        })
      }
      await current.simulating
    }
    let endSimulation = (): void => {}
    const simulating = new Promise<void>((resolve) => {
      endSimulation = resolve
    })
    const flight: Flight = { digest, submitting: Promise.resolve('0x'), simulating, transaction: undefined }
    flights.set(user, flight)
    try {
      flight.submitting = send(request, flight, endSimulation)
      return await flight.submitting
    } finally {
      const { transaction } = flight
      const isOver = transaction === undefined || transaction.state !== 'pending'
      if (isOver && flights.get(user) === flight) flights.delete(user)
      endSimulation()
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

  async function send(request: RelayRequest, flight: Flight, endSimulation: () => void): Promise<Hash> {
    const lane = pickAbleLane()
    const data = encodeAddServerFilesAndPermissions(request.message, request.signature)
    const gas = await gasOf(lane.address, data, request.message)
    await requireRoom(gas)
    budget.charge(request.user, gas)
    flight.simulating = undefined
    endSimulation()
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
    get inFlight() {
      return flights.size
    },
  }
}
