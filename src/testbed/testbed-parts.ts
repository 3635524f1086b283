import type { FaultPlace } from '../config/fault.ts'
import { startFaultsMessage } from '../config/held-faults.ts'
import type { TestbedPart } from '../config/testbed-part.ts'
import { standInFront } from './faults/stand-in-front.ts'
import type { PartProcess } from './start-part-process.ts'

type Part = {
  name: string
  exited: Promise<unknown>
  lastOutput(): string
  stop(options?: StopOptions): Promise<unknown>
}

/** `now` kills the parts: for a stack that can no longer finish its requests. */
export type StopOptions = { now?: boolean }

/** The running parts of a testbed, with the fault proxies in front of them. */
export class TestbedParts {
  readonly #wanted: ReadonlySet<TestbedPart>
  readonly #faults: { faults?: readonly string[] | undefined; seed: string; signal?: AbortSignal | undefined }
  readonly #running: Part[] = []
  readonly #proxies: PartProcess[] = []

  /** @param options `only`: the parts to start; `faults` and `seed`: those of the proxies */
  constructor(options: {
    only: readonly TestbedPart[]
    faults?: readonly string[] | undefined
    seed: string
    signal?: AbortSignal | undefined
  }) {
    const { only, faults, seed, signal } = options
    this.#wanted = new Set(only)
    this.#faults = { faults, seed, signal }
  }

  has(name: TestbedPart): boolean {
    return this.#wanted.has(name)
  }

  /** Starts a part; undefined if it is not wanted. */
  async start<P extends Omit<Part, 'name'>>(
    name: TestbedPart,
    starter: () => Promise<P>,
  ): Promise<P | undefined> {
    if (!this.has(name)) return undefined
    const part = await starter()
    const { exited, lastOutput } = part
    this.#running.push({ name, exited, lastOutput, stop: (options) => part.stop(options) })
    return part
  }

  /** Puts the faults of a place in front of a part and returns the part with the URL of the proxy. */
  async withFaults<P extends { url: string }>(
    place: FaultPlace,
    part: P | undefined,
  ): Promise<P | undefined> {
    if (part === undefined) return undefined
    const proxy = await standInFront({ place, upstream: part.url, ...this.#faults })
    if (proxy === undefined) return part
    this.#running.push({ ...proxy, name: `fault proxy of ${place}` })
    this.#proxies.push(proxy)
    return { ...part, url: proxy.url }
  }

  /** Settles when the first part ends, with its name and its last output. */
  ended(): Promise<{ part: string; lastOutput: string }> {
    return Promise.race(
      this.#running.map(async ({ name, exited, lastOutput }) => {
        await exited
        return { part: name, lastOutput: lastOutput() }
      }),
    )
  }

  startFaults(): void {
    for (const proxy of this.#proxies) proxy.send(startFaultsMessage)
  }

  async stop(options?: StopOptions): Promise<void> {
    await Promise.all(this.#running.map((part) => part.stop(options)))
  }
}
