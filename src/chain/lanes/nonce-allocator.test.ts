import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NonceAllocator } from './nonce-allocator.ts'

type State = 'allocated' | 'submitted' | 'skipped' | 'confirmed' | 'fresh'

/** The state table spelled out over a plain array, one cell a nonce: slow, and plainly right. */
class Model {
  cells: State[] = Array.from({ length: 400 }, () => 'fresh')

  constructor(confirmed: number) {
    this.cells.fill('confirmed', 0, confirmed)
  }
  get confirmed(): number {
    return this.cells.findIndex((state) => state !== 'confirmed')
  }
  get next(): number {
    return this.cells.findLastIndex((state) => state !== 'fresh') + 1
  }
  of(state: State): number[] {
    return this.cells.flatMap((cell, nonce) => (cell === state ? [nonce] : []))
  }
}

type Real = { nonces: NonceAllocator }

abstract class Step implements fc.Command<Model, Real> {
  check(_model: Readonly<Model>): boolean {
    return true
  }
  abstract apply(model: Model, real: Real): void

  run(model: Model, real: Real): void {
    this.apply(model, real)
    const { nonces } = real
    expect(nonces.confirmed).toBe(model.confirmed)
    expect(nonces.next).toBe(model.next)
    expect(nonces.gaps()).toEqual(model.of('skipped'))
    for (let nonce = 0; nonce < model.next + 2; nonce += 1) {
      expect(nonces.stateOf(nonce), `state of ${nonce}`).toBe(model.cells[nonce])
    }
  }
}

class Allocate extends Step {
  override apply(model: Model, { nonces }: Real): void {
    const expected = model.of('skipped')[0] ?? model.next
    const before = model.cells[expected]
    expect(before === 'skipped' || before === 'fresh').toBe(true)
    expect(nonces.allocate()).toBe(expected)
    model.cells[expected] = 'allocated'
  }
  override toString(): string {
    return 'allocate'
  }
}

/** Something happens to one of the nonces in a state. */
abstract class ToOne extends Step {
  readonly pick: number
  constructor(pick: number) {
    super()
    this.pick = pick
  }
  abstract readonly among: readonly State[]
  abstract to(nonce: number, model: Model, real: Real): void

  override apply(model: Model, real: Real): void {
    const candidates = this.among.flatMap((state) => model.of(state))
    const nonce = candidates[this.pick % candidates.length]
    if (nonce !== undefined) this.to(nonce, model, real)
  }
  override toString(): string {
    return `${this.constructor.name}(${this.pick})`
  }
}

class Submit extends ToOne {
  readonly among = ['allocated', 'submitted'] as const
  to(nonce: number, model: Model, { nonces }: Real): void {
    nonces.submit(nonce)
    model.cells[nonce] = 'submitted'
  }
}

class Release extends ToOne {
  readonly among = ['allocated', 'submitted'] as const
  to(nonce: number, model: Model, { nonces }: Real): void {
    nonces.release(nonce)
    model.cells[nonce] = 'skipped'
    while (model.cells[model.next - 1] === 'skipped') model.cells[model.next - 1] = 'fresh'
  }
}

/** A late word about a nonce that is settled already: a send that failed after its nonce was overtaken. */
class ReleaseSettled extends ToOne {
  readonly among = ['confirmed'] as const
  to(nonce: number, _model: Model, { nonces }: Real): void {
    nonces.release(nonce)
    nonces.submit(nonce)
  }
}

class ConfirmUpTo extends Step {
  readonly ahead: number
  constructor(ahead: number) {
    super()
    this.ahead = ahead
  }
  override apply(model: Model, { nonces }: Real): void {
    // From behind (a node that lags) to beyond what was ever given out (somebody else sent).
    const count = Math.max(0, model.confirmed + this.ahead)
    nonces.confirmUpTo(count)
    if (count > model.confirmed) model.cells.fill('confirmed', 0, count)
  }
  override toString(): string {
    return `confirmUpTo(+${this.ahead})`
  }
}

class Reopen extends Step {
  readonly depth: number
  constructor(depth: number) {
    super()
    this.depth = depth
  }
  override apply(model: Model, { nonces }: Real): void {
    const from = Math.max(0, model.confirmed - this.depth)
    nonces.reopen(from)
    model.cells.fill('submitted', from, model.confirmed)
  }
  override toString(): string {
    return `reopen(-${this.depth})`
  }
}

describe('the nonce allocator', () => {
  it('follows its state table under any order of sends, failures, confirmations and reorganizations', () => {
    const commands = [
      fc.constant(new Allocate()),
      fc.nat(20).map((pick) => new Submit(pick)),
      fc.nat(20).map((pick) => new Release(pick)),
      fc.nat(20).map((pick) => new ReleaseSettled(pick)),
      fc.integer({ min: -2, max: 4 }).map((ahead) => new ConfirmUpTo(ahead)),
      fc.nat(3).map((depth) => new Reopen(depth)),
    ]
    fc.assert(
      fc.property(fc.nat(5), fc.commands(commands, { maxCommands: 80 }), (confirmed, steps) => {
        fc.modelRun(
          () => ({ model: new Model(confirmed), real: { nonces: new NonceAllocator(confirmed) } }),
          steps,
        )
      }),
      { numRuns: 300 },
    )
  })

  it('gives out the lowest skipped nonce first', () => {
    const nonces = new NonceAllocator(7)
    for (let i = 0; i < 4; i += 1) nonces.submit(nonces.allocate())
    nonces.release(9)
    nonces.release(8)
    expect(nonces.gaps()).toEqual([8, 9])
    expect([nonces.allocate(), nonces.allocate(), nonces.allocate()]).toEqual([8, 9, 11])
  })

  it('forgets a nonce at the top that was not sent, so that it leaves no gap', () => {
    const nonces = new NonceAllocator(0)
    nonces.release(nonces.allocate())
    expect([nonces.next, nonces.gaps()]).toEqual([0, []])
  })

  it('never goes back to a lower count of the chain', () => {
    const nonces = new NonceAllocator(5)
    nonces.confirmUpTo(3)
    expect(nonces.allocate()).toBe(5)
  })
})
