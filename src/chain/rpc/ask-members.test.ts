import { setMaxListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../async/manual-clock.fixture.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createRandom } from '../../random/random.ts'
import { type AskedMember, createAsker } from './ask-members.ts'
import { createEndpointHealth } from './endpoint-health.ts'
import { createHedge } from './hedge.ts'
import type { RpcRequestOptions } from './rpc.ts'

const timeoutMs = 10_000
const read = 'eth_getBalance'
const send = 'eth_sendRawTransaction'

/** How an endpoint behaves from a moment on. */
type Weather = 'up' | 'down' | 'hangs' | 'limits' | 'fails inside' | 'bad key'

/** An endpoint without a socket, whose weather is planned: `[0, 'down'], [5000, 'up']`. */
function memberOf(clock: ManualClock, label: string, plan: readonly (readonly [number, Weather])[]) {
  const health = createEndpointHealth()
  const attemptsMs: number[] = []
  const now = (): Weather => plan.filter(([fromMs]) => fromMs <= clock.now()).at(-1)?.[1] ?? 'up'
  const fail = (message: string, details: Record<string, unknown> = {}): never => {
    health.onUnreachable(clock.now())
    throw new LoadTestError('CHAIN_UNREACHABLE', message, { details })
  }
  const member: AskedMember & { attemptsMs: number[] } = {
    label,
    health,
    isVerified: true,
    attemptsMs,
    verify: () => Promise.resolve(),
    async attempt(calls, signal) {
      attemptsMs.push(clock.now())
      const weather = now()
      if (weather === 'hangs') await clock.sleepUntil(clock.now() + timeoutMs, signal)
      if (weather === 'bad key') fail(`${label} answered HTTP 401 and no JSON-RPC.`, { status: 401 })
      if (weather === 'down' || weather === 'hangs')
        fail(`${label} answered HTTP 503 and no JSON-RPC.`, { status: 503 })
      if (weather === 'limits') {
        health.onRateLimited(clock.now(), undefined)
        throw new LoadTestError('CHAIN_RATE_LIMITED', `${label} answered HTTP 429.`)
      }
      health.onAnswer(clock.now())
      const error = new LoadTestError('CHAIN_RPC_ERROR', 'internal error', {
        details: { code: -32603, nodeFailed: true },
      })
      return calls.map(() => (weather === 'up' ? { ok: true, result: label } : { ok: false, error }))
    },
  }
  return member
}

function askerOver(clock: ManualClock, members: readonly AskedMember[], random: () => number = () => 0.5) {
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const ask = createAsker({
    patienceMs: 30_000,
    rateLimitRetries: 3,
    clock,
    random,
    closing: closing.signal,
    hedge: createHedge({ clock, afterMs: 2000 }),
    inOrder: () => members,
  })
  /** Sends one call, and says how and when it ended. */
  const outcomeOf = async (method: string, options: RpcRequestOptions = {}) => {
    const startedMs = clock.now()
    const [result, error] = await ask([{ method, params: [] }], options).then(
      ([outcome]) => [outcome?.ok ? outcome.result : outcome?.error, undefined] as const,
      (thrown: unknown) => [undefined, thrown as LoadTestError] as const,
    )
    return { result, error, tookMs: clock.now() - startedMs }
  }
  return { outcomeOf, closing }
}

async function runFor<T>(clock: ManualClock, ms: number, work: Promise<T>): Promise<T> {
  await clock.advanceTo(clock.now() + ms)
  return await work
}

describe('a read at a single endpoint', () => {
  it.each([
    [
      'one bad moment',
      [
        [0, 'down'],
        [1, 'up'],
      ],
      500,
    ],
    [
      'an outage of 25 s',
      [
        [0, 'down'],
        [25_000, 'up'],
      ],
      30_000,
    ],
    [
      'a hang',
      [
        [0, 'hangs'],
        [1, 'up'],
      ],
      2001,
    ],
    [
      'a pause that is asked for again and again',
      [
        [0, 'limits'],
        [20_000, 'up'],
      ],
      40_000,
    ],
  ] as const)('survives %s', async (_, plan, withinMs) => {
    const clock = createManualClock()
    const { outcomeOf } = askerOver(clock, [memberOf(clock, 'a', plan)])
    const { result, tookMs } = await runFor(clock, 100_000, outcomeOf(read))
    expect(result).toBe('a')
    expect(tookMs).toBeLessThanOrEqual(withinMs)
  })

  it.each(['down', 'hangs'] as const)(
    'that %s for good, ends after the stated time and says so',
    async (weather) => {
      const clock = createManualClock()
      const member = memberOf(clock, 'http://node', [[0, weather]])
      const { error, tookMs } = await runFor(clock, 100_000, askerOver(clock, [member]).outcomeOf(read))
      expect(error).toMatchObject({ code: 'CHAIN_UNREACHABLE', details: { status: 503 } })
      expect(error?.message).toMatch(
        /^http:\/\/node answered HTTP 503 and no JSON-RPC; eth_getBalance was tried \d+ times in /,
      )
      expect(tookMs).toBeGreaterThanOrEqual(30_000)
      expect(tookMs).toBeLessThanOrEqual(30_000 + timeoutMs)
      expect(member.attemptsMs.length).toBeLessThan(20)
    },
  )

  it('is not repeated for what will not pass', async () => {
    const clock = createManualClock()
    const member = memberOf(clock, 'a', [[0, 'bad key']])
    const { error, tookMs } = await runFor(clock, 100_000, askerOver(clock, [member]).outcomeOf(read))
    expect([error?.details.status, tookMs, member.attemptsMs.length]).toEqual([401, 0, 1])
  })

  it('is repeated twice when it fails inside the node, since that may be the answer', async () => {
    const clock = createManualClock()
    const member = memberOf(clock, 'a', [[0, 'fails inside']])
    const { result } = await runFor(clock, 100_000, askerOver(clock, [member]).outcomeOf(read))
    expect(result).toMatchObject({ code: 'CHAIN_RPC_ERROR' })
    expect(member.attemptsMs).toHaveLength(3)
  })

  it('ends at once with the signal, or with the pool', async () => {
    const clock = createManualClock()
    const { outcomeOf, closing } = askerOver(clock, [memberOf(clock, 'a', [[0, 'down']])])
    const stop = new AbortController()
    const [stopped, closed] = [outcomeOf(read, { signal: stop.signal }), outcomeOf(read)]
    await clock.advanceTo(3000)
    stop.abort(new Error('run stopped'))
    expect(await stopped).toMatchObject({ error: { message: 'run stopped' }, tookMs: 3000 })
    closing.abort(new Error('pool closed'))
    expect(await closed).toMatchObject({ error: { message: 'pool closed' }, tookMs: 3000 })
  })

  it('does not become the load, however many wait', async () => {
    const clock = createManualClock()
    const member = memberOf(clock, 'a', [
      [0, 'down'],
      [20_000, 'up'],
    ])
    const { outcomeOf } = askerOver(clock, [member], createRandom('many', 'waiters'))
    const all = Promise.all(Array.from({ length: 200 }, () => outcomeOf(read)))
    const outcomes = await runFor(clock, 60_000, all)
    expect(outcomes.filter(({ result }) => result === 'a')).toHaveLength(200)
    // Each asks once; until the endpoint is back, only probes follow.
    expect(member.attemptsMs.filter((ms) => ms > 0 && ms < 20_000).length).toBeLessThan(20)
    expect(member.attemptsMs.length).toBeLessThan(450)
  })
})

describe('what is sent', () => {
  it('waits for an endpoint that can be asked, and is given to it once', async () => {
    const clock = createManualClock()
    const member = memberOf(clock, 'a', [
      [0, 'down'],
      [3000, 'up'],
    ])
    for (let i = 0; i < 5; i += 1) member.health.onUnreachable(0)
    const { result } = await runFor(clock, 60_000, askerOver(clock, [member]).outcomeOf('evm_mine'))
    expect([result, member.attemptsMs.length]).toEqual([undefined, 1])
    await clock.advanceTo(70_000)
    const again = await runFor(clock, 60_000, askerOver(clock, [member]).outcomeOf('evm_mine'))
    expect([again.result, member.attemptsMs.length]).toEqual(['a', 2])
  })

  it('goes to each endpoint once; the sender hears of each that did not answer', async () => {
    const clock = createManualClock()
    const members = ['a', 'b'].map((label) => memberOf(clock, label, [[0, 'hangs']]))
    let unanswered = 0
    const asking = askerOver(clock, members).outcomeOf(send, { onUnanswered: () => (unanswered += 1) })
    const { error } = await runFor(clock, 100_000, asking)
    expect(error?.code).toBe('CHAIN_UNREACHABLE')
    expect([unanswered, ...members.map(({ attemptsMs }) => attemptsMs.length)]).toEqual([2, 1, 1])
  })
})

describe('whatever the weather', () => {
  const weather = fc.constantFrom<Weather>('up', 'down', 'hangs', 'limits', 'fails inside')
  const plan = fc.array(fc.tuple(fc.nat(60_000), weather), { minLength: 1, maxLength: 6 }).map((changes) => {
    const [[, first] = [0, 'up' as const], ...rest] = changes
    return [[0, first] as const, ...rest.sort(([a], [b]) => a - b)]
  })

  it('a request ends once and in time, succeeds if an endpoint is up long enough, and never overtaxes one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(read, send, 'evm_mine'),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 }),
        async (plans, method, randoms) => {
          const clock = createManualClock()
          const members = plans.map((its, i) => memberOf(clock, `node ${i}`, its))
          let turn = 0
          const { outcomeOf } = askerOver(clock, members, () => randoms[turn++ % randoms.length] ?? 0)
          let unanswered = 0
          const outcome = await runFor(
            clock,
            400_000,
            outcomeOf(method, { onUnanswered: () => (unanswered += 1) }),
          )
          const attempts = members.reduce((sum, { attemptsMs }) => sum + attemptsMs.length, 0)
          const isRead = method === read
          const pausesMs = plans.flat().some(([, kind]) => kind === 'limits') ? 200_000 : 0
          expect(outcome.tookMs).toBeLessThanOrEqual(30_000 + members.length * timeoutMs + pausesMs)
          expect(attempts).toBeLessThanOrEqual(100 * members.length)
          if (!isRead && pausesMs === 0) {
            for (const { attemptsMs } of members) expect(attemptsMs.length).toBeLessThanOrEqual(1)
          }
          if (method === 'evm_mine') expect(unanswered).toBeLessThanOrEqual(1)
          const isUpThroughout = plans.some((its) => its.every(([, kind]) => kind === 'up'))
          if (isRead && isUpThroughout) {
            expect(outcome.error).toBeUndefined()
            expect(outcome.tookMs).toBeLessThanOrEqual(2 * timeoutMs)
          }
          if (isRead && outcome.error !== undefined && pausesMs === 0) {
            expect(outcome.tookMs).toBeGreaterThanOrEqual(30_000)
            expect(outcome.error.code).toBe('CHAIN_UNREACHABLE')
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})
