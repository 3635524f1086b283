import { raceAbort } from '../async/race-abort.ts'
import { createIndexSet } from './index-set.ts'

type Waiter = { resolve(): void; reject(error: unknown): void }

/** Which users of a run are funded, are being funded, or could not be, and the callers that wait for them. */
export class FundedUsers {
  readonly #funded = createIndexSet()
  readonly #funding = new Set<number>()
  readonly #failed = new Map<number, unknown>()
  readonly #waiters = new Map<number, Set<Waiter>>()
  #end: { error: unknown } | undefined

  get counts() {
    return {
      fundedUsers: this.#funded.size,
      fundingUsers: this.#funding.size,
      failedUsers: this.#failed.size,
      waitingUsers: this.#waiters.size,
    }
  }

  /** A payment for these users begins. */
  begin(users: readonly number[]): void {
    for (const user of users) this.#funding.add(user)
  }

  succeed(users: readonly number[]): void {
    for (const user of users) this.#funded.add(user)
    this.#settle(users, (waiter) => waiter.resolve())
  }

  fail(users: readonly number[], error: unknown): void {
    for (const user of users) this.#failed.set(user, error)
    this.#settle(users, (waiter) => waiter.reject(error))
  }

  /** No payment for these users is in flight any more. */
  finish(users: readonly number[]): void {
    for (const user of users) this.#funding.delete(user)
  }

  /** Nobody else will be funded; the payments in flight may still succeed. */
  end(error: unknown): void {
    this.#end ??= { error }
    const idle = [...this.#waiters.keys()].filter((user) => !this.#funding.has(user))
    this.#settle(idle, (waiter) => waiter.reject(error))
  }

  /** Waits until a user is funded. @throws why that failed, or what `end` was called with; the signal's reason */
  async wait(user: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#funded.has(user)) return
    if (this.#failed.has(user)) throw this.#failed.get(user)
    if (this.#end !== undefined && !this.#funding.has(user)) throw this.#end.error
    const { promise, resolve, reject } = withResolvers()
    const waiter: Waiter = { resolve, reject }
    const all = this.#waiters.get(user) ?? new Set()
    this.#waiters.set(user, all.add(waiter))
    try {
      await raceAbort(promise, signal)
    } finally {
      all.delete(waiter)
    }
  }

  #settle(users: readonly number[], settle: (waiter: Waiter) => void): void {
    for (const user of users) {
      for (const waiter of this.#waiters.get(user) ?? []) settle(waiter)
      this.#waiters.delete(user)
    }
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers(): Waiter & { promise: Promise<void> } {
  let waiter: Waiter = { resolve() {}, reject() {} }
  const promise = new Promise<void>((resolve, reject) => {
    waiter = { resolve, reject }
  })
  return { promise, ...waiter }
}
