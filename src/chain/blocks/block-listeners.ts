import type { Clock } from '../../async/clock.ts'
import { poll } from './poll.ts'
import type { SeenBlock } from './seen-block.ts'

/** Receives what the block feed sees. */
export type BlockListener = {
  /** Called with each new block of the chain, in order, none left out. */
  onBlock(block: SeenBlock): void
  /** Called with the blocks that a reorganization removed, newest first; their replacements follow as new blocks. */
  onReorg?(removed: readonly SeenBlock[]): void
  /** Called after each look at the chain, also when there was no new block or the look failed. */
  onTick?(): void
}

/** Settings of {@link BlockListeners}. */
export type BlockListenersOptions = {
  /** Looks at the chain once; must not reject. */
  look(): Promise<void>
  /** Time between looks, milliseconds. */
  intervalMs: number
  clock: Clock
}

/** The listeners of a block feed. The chain is polled as long as one of them is not idle. */
export class BlockListeners {
  readonly #options: BlockListenersOptions
  readonly #all = new Set<BlockListener>()
  /** Those that the polling is for. */
  readonly #busy = new Set<BlockListener>()
  #stopPolling: (() => void) | undefined
  #isResuming = false

  constructor(options: BlockListenersOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** Whether the polling has just begun or is off: nobody needs to know what came before. */
  get isCatchingUp(): boolean {
    return this.#busy.size === 0 || this.#isResuming
  }

  add(listener: BlockListener, { idle = false }: { idle?: boolean | undefined } = {}): () => void {
    this.#all.add(listener)
    if (!idle) this.#busy.add(listener)
    if (!idle && this.#stopPolling === undefined) this.#startPolling()
    return () => {
      this.#all.delete(listener)
      this.#busy.delete(listener)
      if (this.#busy.size === 0) this.#endPolling()
    }
  }

  /** The newest block is known now, so that from here on no block is left out. */
  caughtUp(): void {
    this.#isResuming = false
  }

  onBlock(block: SeenBlock): void {
    for (const listener of [...this.#all]) listener.onBlock(block)
  }

  onReorg(removed: readonly SeenBlock[]): void {
    for (const listener of [...this.#all]) listener.onReorg?.(removed)
  }

  /** Ends all subscriptions. */
  clear(): void {
    this.#all.clear()
    this.#busy.clear()
    this.#endPolling()
  }

  #startPolling(): void {
    const { look, intervalMs, clock } = this.#options
    const onLooked = (): void => {
      for (const listener of [...this.#all]) listener.onTick?.()
    }
    this.#isResuming = true
    this.#stopPolling = poll({ look, onLooked, intervalMs, clock })
  }

  #endPolling(): void {
    this.#stopPolling?.()
    this.#stopPolling = undefined
  }
}
