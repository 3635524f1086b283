import { type Clock, systemClock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { type Block, readBlock } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'

/** Settings of {@link checkHead}. */
export type CheckHeadOptions = {
  signal?: AbortSignal | undefined
  /** Called once, when the newest block is so old that another has to be waited for. @default nobody */
  note?: ((text: string) => void) | undefined
  /** @default the process's clock */
  clock?: Clock | undefined
  /** Milliseconds since 1970. @default Date.now */
  now?: (() => number) | undefined
}

/** The usual time of blocks is taken over so many. */
const sampledBlocks = 20
/** A newest block that is older than this, and than ten usual ones, is doubtful. */
const oldMs = 60_000
const oldBlocks = 10
/** For another block is waited between so many milliseconds, five usual blocks within them. */
const leastWaitMs = 15_000
const mostWaitMs = 60_000
const patience = 5
/** A block can be taken back between two answers, or one of the nodes behind an address lag: so often is it asked again. */
const parentTries = 3
/** Time between two looks while waiting. */
const lookEveryMs = 1000
/** No clock is wrong by more than this without signed requests failing, too. */
const futureMs = 300_000

/**
 * Makes sure, before funds move, that the chain goes on: what is sent to a node whose head stands still, or is made up, is
 * not seen to be mined. It costs three calls where all is well.
 *
 * A newest block that is old for the time its chain takes is no reason to refuse, since a chain may pause, and this machine's
 * clock may be wrong; only when none follows within a bounded wait it is. Development nodes, such as anvil, may do with
 * time what they like, and make blocks only when a transaction comes.
 *
 * @throws LoadTestError CHAIN_STALLED; CHAIN_HEAD_MISMATCH if the newest block does not follow from another, or is of the
 * future; another `CHAIN_*` code; the signal's reason
 * @example await checkHead(rpc, { signal, note: console.error })
 */
export async function checkHead(rpc: RpcPool, options: CheckHeadOptions = {}): Promise<void> {
  const { signal, note, clock = systemClock, now = Date.now } = options
  const where = rpc
    .endpoints()
    .map(({ label }) => label)
    .join(', ')
  // All by one endpoint: each has a head of its own.
  const read = { signal, stickyKey: 'head' }
  const ageMs = ({ timestamp }: Block): number => now() - timestamp * 1000
  const pause = (ms: number): Promise<void> => clock.sleepUntil(clock.now() + ms, signal)

  async function latest(): Promise<Block> {
    const block = await readBlock(rpc, 'latest', read)
    if (block === null) throw new LoadTestError('CHAIN_RPC_ERROR', `${where} has no latest block.`)
    return block
  }

  /** The newest block and its parent. */
  async function latestTwo(): Promise<[Block, Block | undefined]> {
    for (let tries = 1; ; tries += 1) {
      const head = await latest()
      if (head.number === 0) return [head, undefined]
      const parent = await readBlock(rpc, { hash: head.parentHash }, read)
      if (parent?.number === head.number - 1) return [head, parent]
      if (tries >= parentTries) {
        throw untrue(head, 'does not follow from a block that it can show', {
          hint: 'Use another RPC endpoint: what is sent to this one may never be seen again.',
        })
      }
      await pause(lookEveryMs)
    }
  }

  async function isDevelopmentNode(): Promise<boolean> {
    const version = await rpc.request('web3_clientVersion', [], read).catch(() => undefined)
    return typeof version === 'string' && /^(anvil|hardhat|ganache)/i.test(version)
  }

  async function waitForNext(head: Block, waitMs: number): Promise<void> {
    note?.(
      `The newest block of ${where}, ${head.number}, is ${seconds(ageMs(head))} old: waiting up to ${seconds(waitMs)} for another.`,
    )
    const deadline = clock.now() + waitMs
    while (clock.now() < deadline) {
      await pause(lookEveryMs)
      if ((await latest()).number > head.number) return
    }
    throw new LoadTestError(
      'CHAIN_STALLED',
      `${where} has no block after ${head.number}, which is ${seconds(ageMs(head))} old, and none came within ${seconds(waitMs)}.`,
      { details: { block: head.number, ageMs: ageMs(head) } },
    )
  }

  const untrue = ({ number }: Block, what: string, { hint }: { hint: string }): LoadTestError =>
    new LoadTestError('CHAIN_HEAD_MISMATCH', `The newest block of ${where}, ${number}, ${what}.`, {
      hint,
      details: { block: number },
    })

  const [head, parent] = await latestTwo()
  if (parent === undefined) return
  const first = (await readBlock(rpc, Math.max(0, head.number - sampledBlocks), read)) ?? parent
  const blockMs = ((head.timestamp - first.timestamp) * 1000) / (head.number - first.number)
  const isFuture = ageMs(head) < -futureMs
  const isOld = ageMs(head) > Math.max(oldMs, oldBlocks * blockMs)
  if ((!isFuture && !isOld) || (await isDevelopmentNode())) return
  if (isFuture) {
    throw untrue(head, `is ${seconds(-ageMs(head))} later than this machine's clock`, {
      hint: 'Set the clock of this machine, or use another RPC endpoint.',
    })
  }
  await waitForNext(head, Math.min(mostWaitMs, Math.max(leastWaitMs, patience * blockMs)))
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
