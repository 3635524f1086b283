import type { Address, Hash } from 'viem'
import type { Clock } from '../async/clock.ts'
import type { Lane } from '../chain/lanes/lane.ts'
import type { LaneEvent } from '../chain/lanes/lane-entry.ts'
import { encodeAddServerFilesAndPermissions } from '../chain/permissions/add-server-files-and-permissions.ts'
import type { Receipt } from '../chain/rpc/chain-reads.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { AbleLanes } from './able-lanes.ts'
import { ApiError } from './api-error.ts'
import type { GasBudget } from './gas-budget.ts'
import { createGate, type Flight, type RelayedTransaction, waitAtGate } from './relay-flight.ts'
import type { RelayGas } from './relay-gas.ts'
import { RelayMemory } from './relay-memory.ts'
import type { RelayRequest } from './relay-request.ts'
import type { RevertBudget } from './revert-budget.ts'

/** Settings of {@link Relay}. */
export type RelayOptions = {
  /** The keys that pay. */
  lanes: readonly Lane[]
  /** The Permissions contract: the only address that is ever called. */
  permissions: Address
  /** Simulates a call and gives the gas to send it with. */
  gasOf: RelayGas
  /** Throws if a transaction with so much gas might exceed what the relay may spend. */
  requireRoom(gas: bigint): Promise<void>
  /** What each user may cost. */
  budget: GasBudget
  /** What each user may waste on transactions that revert. */
  revertBudget: RevertBudget
  /** Requests that may be processed at once. */
  maxConcurrent: number
  clock: Clock
}

/** How long a user's next request waits for the receipt of a transaction that a block holds. */
const receiptMs = 5_000

/**
 * Pays for `addServerFilesAndPermissions` at the Permissions contract, and for nothing else.
 *
 * A request is simulated before anything is spent; the one call gives the gas too, and a replayed nonce, a missing
 * grantee or any other refusal of the contract comes back decoded. One transaction a user is in flight, until its receipt
 * was read: the simulation does not see the pool, so a second copy would pass it and revert on chain, at the relay's
 * cost; and a revert has to be charged to its user before the next request is sent. The same request sent twice gets the
 * same hash. A request that is only being simulated blocks nobody: others wait for its end, so that a client that
 * repeats what a user has signed before, which anyone can read off the chain, cannot keep the user out.
 *
 * @example const hash = await relay.submit(parseRelayRequest(body, rules))
 */
export class Relay {
  readonly #options: RelayOptions
  readonly #lanes: AbleLanes
  readonly #memory = new RelayMemory()
  readonly #flights = new Map<Address, Flight>()
  /** Flights whose transaction is in a block, by its hash. */
  readonly #unsettled = new Map<Hash, { user: Address; flight: Flight }>()
  #running = 0

  constructor(options: RelayOptions) {
    this.#options = options
    this.#lanes = new AbleLanes(options.lanes, options.clock)
  }

  /** Users with a request being simulated, or with a transaction whose receipt was not read yet. */
  get inFlight(): number {
    return this.#flights.size
  }

  /** Submits a checked request and gives the transaction's hash. @throws ApiError, LoadTestError */
  async submit(request: RelayRequest): Promise<Hash> {
    const known = this.#memory.ofDigest(request.digest)
    if (known !== undefined) return known.hash
    if (this.#lanes.isEmpty) throw new ApiError('RELAY_DISABLED', 'This server has no relayer key.')
    if (this.#running >= this.#options.maxConcurrent) {
      throw new ApiError('RELAY_BUSY', `${this.#running} requests are being worked on.`, { retryAfter: '1' })
    }
    this.#running += 1
    try {
      return await this.#inTurn(request)
    } finally {
      this.#running -= 1
    }
  }

  /** Whether this very request was submitted before: asking again costs nobody anything. */
  knows({ digest }: RelayRequest): boolean {
    return this.#memory.has(digest)
  }

  /** Where a submitted transaction stands now: its hash may have changed since, by a replacement. */
  lookUp(hash: Hash): RelayedTransaction | undefined {
    return this.#memory.ofHash(hash)
  }

  /** Takes the receipt of a lane's transaction: a revert is charged to its user, whose next request may then go on. */
  settle({ transactionHash, status, gasUsed }: Receipt): void {
    const known = this.#unsettled.get(transactionHash)
    if (known === undefined) return
    const { user, flight } = known
    this.#unsettled.delete(transactionHash)
    if (status === 'reverted' && !flight.isCharged) {
      flight.isCharged = true
      this.#options.revertBudget.charge(user, gasUsed)
    }
    this.#end(user, flight)
  }

  /** Sends a request when no other of its user is in the way; refuses it while one waits for a block. */
  async #inTurn(request: RelayRequest): Promise<Hash> {
    const { user, digest } = request
    let waited: Flight | undefined
    for (let current = this.#flights.get(user); current !== undefined; current = this.#flights.get(user)) {
      if (current.digest === digest) return await current.submitting
      waited = await this.#waitFor(user, current, waited)
    }
    const gate = createGate()
    const submitting = Promise.resolve<Hash>('0x')
    const flight: Flight = { digest, gate, submitting, transaction: undefined, isCharged: false }
    this.#flights.set(user, flight)
    try {
      flight.submitting = this.#send(request, flight)
      return await flight.submitting
    } finally {
      if (flight.transaction === undefined) this.#end(user, flight)
      gate.open()
    }
  }

  /** Waits for what ends soon: a simulation, or the reading of a receipt. @returns what was waited for */
  async #waitFor(user: Address, current: Flight, waited: Flight | undefined): Promise<Flight> {
    const { gate, transaction } = current
    if (gate === undefined || current === waited) {
      throw new ApiError('REQUEST_IN_FLIGHT', `Another request of ${user} is in flight.`, {
        retryAfter: '1',
      })
    }
    if (transaction !== undefined) await waitAtGate(gate, receiptMs, this.#options.clock)
    else await gate.opened
    return current
  }

  async #send(request: RelayRequest, flight: Flight): Promise<Hash> {
    const { permissions, gasOf, requireRoom, budget, revertBudget } = this.#options
    const { user, digest, message, signature } = request
    revertBudget.requireLeft(user)
    const lane = this.#lanes.pick()
    const data = encodeAddServerFilesAndPermissions(message, signature)
    const gas = await gasOf(lane.address, data, message)
    await requireRoom(gas)
    budget.charge(user, gas)
    flight.gate?.open()
    flight.gate = undefined
    const onEvent = (event: LaneEvent): void => this.#onEvent(request, flight, event)
    try {
      const { hash } = await this.#lanes.send(lane, { to: permissions, data, gas, onEvent })
      // The events may have come first: with automatic mining the block is there before the answer to the send.
      flight.transaction ??= { hash, state: 'pending' }
      this.#memory.addHash(hash, flight.transaction)
      this.#memory.add(digest, flight.transaction)
      return hash
    } catch (error) {
      const hash = hashThatMayBeSent(error)
      // The lane goes on looking after it: a client that asks again gets its hash instead of a second transaction.
      if (hash !== undefined) {
        flight.transaction ??= { hash, state: 'pending' }
        this.#memory.add(digest, flight.transaction)
      } else budget.refund(user, gas)
      throw error
    }
  }

  #onEvent({ user, digest }: RelayRequest, flight: Flight, event: LaneEvent): void {
    const transaction = flight.transaction ?? { hash: event.hash, state: 'pending' }
    flight.transaction = transaction
    this.#unsettled.delete(event.hash)
    if (event.type === 'replaced') {
      transaction.hash = event.newHash
      this.#memory.addHash(event.newHash, transaction)
      return
    }
    transaction.hash = event.hash
    if (event.type === 'dropped') {
      transaction.state = 'dropped'
      this.#memory.removeDigest(digest)
      this.#end(user, flight)
      return
    }
    transaction.state = 'mined'
    transaction.blockNumber = event.blockNumber
    flight.gate ??= createGate()
    this.#unsettled.set(event.hash, { user, flight })
  }

  #end(user: Address, flight: Flight): void {
    if (this.#flights.get(user) === flight) this.#flights.delete(user)
    flight.gate?.open()
  }
}

/** The hash of a transaction that may be mined although sending it failed. */
function hashThatMayBeSent(error: unknown): Hash | undefined {
  if (!(error instanceof LoadTestError) || error.details.mayBeSent !== true) return undefined
  const { hash } = error.details
  return typeof hash === 'string' ? (hash as Hash) : undefined
}
