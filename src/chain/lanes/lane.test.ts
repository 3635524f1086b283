import fc from 'fast-check'
import { type Hash, parseGwei } from 'viem'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../async/clock.ts'
import { usualFees } from '../../config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../crypto/native-account.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createBlockFeed } from '../blocks/block-feed.ts'
import { createFees } from '../transactions/fees.ts'
import { Lane } from './lane.ts'
import type { LaneLedger } from './lane-ledger.ts'
import { createModelNode, type ModelNode, type SendFault } from './model-node.fixture.ts'

/*
 * What becomes of one call that a lane was asked to send. Everything that the lane says must be a step of this table;
 * what is not in it must never happen.
 *
 * | from \ step | answered | refused | unsure  | replaced | confirmed | dropped | taken back (reorg) |
 * |-------------|----------|---------|---------|----------|-----------|---------|--------------------|
 * | asked       | sent     | refused | sent    | asked    | settled   | lost    | -                  |
 * | sent        | -        | -       | -       | sent     | mined     | lost    | -                  |
 * | settled     | mined    | -       | mined   | -        | -         | -       | asked              |
 * | mined       | -        | -       | -       | -        | -         | -       | sent               |
 * | lost        | lost     | -       | lost    | -        | -         | -       | -                  |
 * | refused     | -        | -       | -       | -        | -         | -       | -                  |
 *
 * `unsure` is a refusal with `mayBeSent`. A block may hold the call before the answer to its sending has come: `settled`.
 * Once all is quiet a call is mined, lost or refused: mined ones are in the chain, once, and the others are not.
 */
const table = {
  asked: {
    answered: 'sent',
    refused: 'refused',
    unsure: 'sent',
    replaced: 'asked',
    confirmed: 'settled',
    dropped: 'lost',
  },
  sent: { replaced: 'sent', confirmed: 'mined', dropped: 'lost' },
  settled: { answered: 'mined', unsure: 'mined', takenBack: 'asked' },
  mined: { takenBack: 'sent' },
  lost: { answered: 'lost', unsure: 'lost' },
  refused: {},
} as const satisfies Record<string, Record<string, string>>
type State = keyof typeof table

/** A call that the lane was asked to send; its value tells it from all others. */
type Call = { value: bigint; state: State; steps: string[]; hash: Hash | undefined }

const capGwei = 100
const maxPending = 4
const account = toNativeAccount(`0x${'11'.repeat(32)}`)

/** The clock that the faked timers show. */
const clock: Clock = {
  now: () => Date.now(),
  sleepUntil: (timeMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, timeMs - Date.now()))),
}
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 }))
afterEach(() => void vi.useRealTimers())

/** A lane over the model node, and all calls that it was asked to send since the key's process was started last. */
class World {
  readonly node: ModelNode = createModelNode()
  calls: Call[] = []
  lane!: Lane
  /** How many of the next transactions can't be written down. */
  failingWrites = 0
  /** Written to the end, by any lane. */
  readonly #written = new Set<Hash>()
  /** Those that this life of the key has in its ledger, by nonce, without the ones that no node has. */
  #open = new Map<number, Set<Hash>>()
  end = (): void => {}
  #values = 0n

  constructor() {
    this.restart()
  }

  /** The process dies and another takes its place: what the first one was asked is nobody's business any more. */
  restart(): void {
    this.end()
    this.calls = []
    this.#open = new Map()
    const { rpc, dies } = this.node.connect()
    const feed = createBlockFeed({ rpc, pollIntervalMs: 250, keep: 1000, clock })
    const fees = createFees({
      ...usualFees,
      rpc,
      feed,
      clock,
      priorityFeeWei: parseGwei('1'),
      maxFeePerGasWei: parseGwei(String(capGwei)),
    })
    const ledger = this.#openBooks()
    this.lane = new Lane({ rpc, feed, fees, account, maxPending, clock, ledger, stuckAfterBlocks: 3 })
    this.end = () => {
      dies()
      this.lane.close()
      feed.close()
    }
  }

  #openBooks(): LaneLedger {
    const open = this.#open
    return {
      enter: async ({ nonce, hash }) => {
        this.failingWrites -= 1
        if (this.failingWrites >= 0) throw new LoadTestError('RESULTS_UNWRITABLE', 'No room on the disk.')
        open.set(nonce, new Set(open.get(nonce)).add(hash))
        for (let turns = 0; turns < 20; turns += 1) await Promise.resolve()
        this.#written.add(hash)
      },
      unsent(hash) {
        for (const hashes of open.values()) hashes.delete(hash)
      },
    }
  }

  send(): void {
    this.#values += 1n
    const call: Call = { value: this.#values, state: 'asked', steps: [], hash: undefined }
    this.calls.push(call)
    const { lane, node } = this
    const said = (step: string): void => {
      if (this.calls.includes(call)) advance(call, step)
    }
    lane
      .send({
        to: account.address,
        value: call.value,
        gas: 21_000n,
        onEvent(event) {
          if (event.type === 'confirmed') call.hash = event.hash
          said(event.type)
          // A lane goes by what it saw last; the block may have gone away since.
          const isGone = !node.mined().some(({ value }) => value === call.value)
          if (event.type === 'confirmed' && isGone) said('takenBack')
        },
      })
      .then(
        () => said('answered'),
        (error: unknown) => {
          const isUnsure = error instanceof LoadTestError && error.details.mayBeSent === true
          said(isUnsure ? 'unsure' : 'refused')
        },
      )
  }

  reorganize(depth: number, returns: boolean[]): void {
    const gone = new Set(this.node.reorganize(depth, returns).map(({ value }) => value))
    for (const call of this.calls) {
      // A lane hears of it at the next look; until then it has confirmed what is no longer there.
      const isConfirmed = call.state === 'mined' || call.state === 'settled'
      if (isConfirmed && gone.has(call.value)) advance(call, 'takenBack')
    }
  }

  /** What holds at any moment. */
  check(): void {
    expect(illegal, illegal.join('\n')).toEqual([])
    const values = this.node.mined().flatMap(({ value }) => (value === 0n ? [] : [value]))
    expect(new Set(values).size, 'a call is paid for once').toBe(values.length)
    for (const { maxFee, hash } of this.node.offered) {
      expect(maxFee).toBeLessThanOrEqual(parseGwei(String(capGwei)))
      expect(this.#written.has(hash), 'no node gets what is not written down').toBe(true)
    }
    const inFlight = this.calls.filter(({ state, steps }) => state === 'sent' && !steps.includes('takenBack'))
    expect(inFlight.length).toBeLessThanOrEqual(maxPending)
  }

  /** Nothing fails any more, and blocks come: all must be decided in bounded time. */
  async quieten(): Promise<void> {
    this.node.sendFaults = []
    this.node.failingReads = 0
    this.failingWrites = 0
    // Backends that disagree on the newest block may fail a call that needs it; one that is late does not.
    this.node.lags = this.node.lags.slice(0, 1)
    this.node.baseFee = parseGwei('1')
    // Of what another program sends, a lane minds only what stands in its own way.
    const waiting = (): number[] =>
      [...this.node.pool.keys()].filter((nonce) => nonce < (this.lane.status().nextNonce ?? 0))
    // While nobody listens, a lane hears nothing of a block that went away and of the one that took its place.
    const isThere = ({ value, steps }: Call): boolean =>
      steps.at(-1) === 'takenBack' && this.node.mined().some((one) => one.value === value)
    // What fills a gap is no call. Should another program use its nonce, the lane finds that out some blocks later.
    const isOpen = (): boolean =>
      waiting().length > 0 ||
      this.lane.status().pending > 0 ||
      this.calls.some((call) => call.state === 'asked' || (call.state === 'sent' && !isThere(call)))
    // An idle lane looks at nothing: what happened meanwhile, it finds out with the next call, and that must get through.
    for (let calls = 0; calls < 2; calls += 1) {
      this.send()
      for (let i = 0; i < 200 && isOpen(); i += 1) {
        this.node.mine()
        await pass(1000)
      }
    }
    this.check()
    expect(this.calls.at(-1)?.state).toBe('mined')
    const { pending, queued, nextNonce } = this.lane.status()
    expect({ pending, queued, room: this.lane.room }).toEqual({ pending: 0, queued: 0, room: maxPending })
    expect(waiting(), 'a gap holds these nonces up').toEqual([])
    const mined = this.node.mined()
    expect(nextNonce ?? 0, 'no nonce was given out in vain').toBeLessThanOrEqual(mined.length)
    const used = new Set(mined.map(({ nonce }) => nonce))
    const kept = [...this.#open].filter(([nonce, open]) => open.size > 0 && !used.has(nonce))
    expect(kept, 'the ledger keep room for what will never be mined').toEqual([])
    const hashes = new Map(mined.map(({ value, hash }) => [value, hash]))
    for (const call of this.calls) {
      const { value, hash, steps } = call
      const state = isThere(call) ? 'mined' : call.state
      expect(['mined', 'lost', 'refused'], steps.join()).toContain(state)
      expect(hashes.get(value), `${state}: ${steps.join()}`).toBe(state === 'mined' ? hash : undefined)
    }
  }
}

/** Steps that are not in the table, of the world at hand. */
let illegal: string[] = []

function advance(call: Call, step: string): void {
  call.steps.push(step)
  const next = (table[call.state] as Record<string, State | undefined>)[step]
  if (next === undefined) illegal.push(`${call.value} was ${call.state}: ${call.steps.join(', ')}`)
  else call.state = next
}

/** One thing that happens, as a command with nothing to remember: the table is the model. */
function command(name: string, act: (world: World) => unknown): fc.AsyncCommand<object, World> {
  return {
    check: () => true,
    toString: () => name,
    async run(_, world) {
      await act(world)
      await pass(0)
      world.check()
    },
  }
}

const failing = (faults: SendFault[]) =>
  fc
    .array(fc.constantFrom(...faults), { minLength: 1, maxLength: 6 })
    .map((next) => command(`fail ${next}`, ({ node }) => node.sendFaults.push(...next)))

/** What says nothing for good of any transaction. */
const commands = [
  fc.integer({ min: 1, max: 6 }).map((count) =>
    command(`send ${count}`, (world) => {
      for (let i = 0; i < count; i += 1) world.send()
    }),
  ),
  failing(['lost-before', 'lost-after', 'internal', 'pool-full']),
  fc.integer({ min: 1, max: 5 }).map((count) =>
    command(`fail ${count} reads`, ({ node }) => {
      node.failingReads = count
    }),
  ),
  fc.integer({ min: 1, max: 3 }).map((count) =>
    command(`fail ${count} writes`, (world) => {
      world.failingWrites = count
    }),
  ),
  fc.integer({ min: 1, max: 5 }).map((blocks) => command(`mine ${blocks}`, ({ node }) => node.mine(blocks))),
  fc.integer({ min: 0, max: 5000 }).map((ms) => command(`pass ${ms} ms`, () => pass(ms))),
  fc.nat(9).map((index) => command(`drop ${index}`, ({ node }) => node.drop(index))),
  fc
    .tuple(fc.integer({ min: 1, max: 10 }), fc.array(fc.boolean(), { maxLength: 3 }))
    .map(([depth, returns]) =>
      command(`reorganize ${depth}, return ${returns}`, (world) => world.reorganize(depth, returns)),
    ),
  fc.integer({ min: 1, max: 60 }).map((gwei) =>
    command(`base fee ${gwei} gwei`, ({ node }) => {
      node.baseFee = parseGwei(String(gwei))
    }),
  ),
  fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }).map((lags) =>
    command(`blocks and receipts ${lags} blocks late`, ({ node }) => {
      node.lags = lags
    }),
  ),
  fc.boolean().map((throwsOut) =>
    command(throwsOut ? 'the node throws out' : 'the node keeps', ({ node }) => {
      node.throwsOut = throwsOut
    }),
  ),
]

/** What can cost a call its place for good. */
const losses = [
  failing(['refused']),
  fc
    .integer({ min: 1, max: 60 })
    .map((gwei) => command(`elsewhere at ${gwei} gwei`, ({ node }) => node.useElsewhere(gwei))),
  fc.constant(command('restart', (world) => world.restart())),
]

describe('a lane, whatever the node does', () => {
  const holds = (steps: fc.Arbitrary<fc.AsyncCommand<object, World>>[], check: (world: World) => void) =>
    fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 40, size: 'max' }), async (chosen) => {
        illegal = []
        const world = new World()
        try {
          await fc.asyncModelRun(() => ({ model: {}, real: world }), chosen)
          await world.quieten()
          check(world)
        } finally {
          world.end()
        }
      }),
      { numRuns: 100 },
    )

  it('keeps to the table, pays for no call twice, and leaves no gap once all is quiet', async () => {
    await holds([...commands, ...losses], () => {})
  }, 120_000)

  it('fills a gap once fees have fallen, though it had gone up to its cap before', async () => {
    illegal = []
    const world = new World()
    try {
      world.node.useElsewhere(1)
      world.send()
      await pass(0)
      // Nothing helps at these fees: what is filled in is refused, each time with more.
      world.node.baseFee = parseGwei('40')
      world.node.drop(0)
      world.node.sendFaults = Array.from({ length: 5 }, () => 'pool-full' as const)
      for (let i = 0; i < 20; i += 1) {
        world.node.mine()
        await pass(1000)
      }
      await world.quieten()
    } finally {
      world.end()
    }
  })

  it('hears, as soon as it is used again, of what went away while it was idle', async () => {
    illegal = []
    const world = new World()
    try {
      world.send()
      await pass(0)
      world.node.mine()
      await pass(751)
      // The block that follows can't be read, nor what the next call needs: it fails, and the lane is idle again.
      world.node.failingReads = 2
      world.node.mine()
      world.send()
      await pass(0)
      world.reorganize(2, [])
      world.node.useElsewhere(1)
      await pass(250)
      await world.quieten()
      expect(world.calls[0]?.state).toBe('lost')
    } finally {
      world.end()
    }
  })

  it('neither replaces nor sends again what comes in its time, however long it was idle before', async () => {
    illegal = []
    const world = new World()
    try {
      for (let i = 0; i < 20; i += 1) {
        world.send()
        for (let blocks = 0; blocks < 9; blocks += 1) {
          await pass(1000)
          world.node.mine()
        }
        await pass(1000)
      }
      world.check()
      expect(world.calls.map(({ state, steps }) => `${state}: ${steps}`)).toEqual(
        Array(20).fill('mined: answered,confirmed'),
      )
      expect(world.node.offered).toHaveLength(20)
    } finally {
      world.end()
    }
  })

  it('loses nothing that it took, unless a node refuses it for good, or another program or an earlier process has its nonce', async () => {
    await holds(commands, ({ calls }) => {
      for (const { state, steps } of calls) expect(state, steps.join()).not.toBe('lost')
    })
  }, 120_000)
})
