import { LoadTestError } from '../../errors/load-test-error.ts'
import { ManagedProcess, type ProcessExit } from '../../process/managed-process.ts'
import { anvilBinary } from './anvil-binary.ts'
import { type AnvilClient, createAnvilClient } from './anvil-client.ts'
import { checkPortIsFree } from './check-port.ts'
import { driveBlocks } from './drive-blocks.ts'

/** How the embedded chain behaves. */
export type AnvilOptions = {
  /** @default 14800, Moksha's */
  chainId?: number
  /** TCP port on 127.0.0.1. @default a free one */
  port?: number
  /** Seconds from block to block, fractions allowed, or `instant`: a block for each transaction. @default 1 */
  blockTime?: number | 'instant'
  /** Gas that one block holds. @default 30_000_000n */
  blockGasLimit?: bigint
  /**
   * Base fee of every block in wei, so that long full blocks stay affordable; not with instant blocks.
   * @default 1 gwei at first, then by EIP-1559 as on a real chain
   */
  fixedBaseFeeWei?: bigint
  /** How many past states can be read or reorganised away; each is a copy of all accounts. @default 4 */
  keepStates?: number
  /** Stops a start that is under way. */
  signal?: AbortSignal
}

/** An anvil that is up. */
export type RunningAnvil = {
  rpcUrl: string
  chainId: number
  pid: number
  /** A viem client for it, with anvil's own methods. */
  client: AnvilClient
  /** Settles when anvil has ended, for whatever reason. */
  exited: Promise<ProcessExit>
  /** The last lines that anvil wrote. */
  lastOutput(): string
  /** Ends it; may be called more than once. */
  stop(): Promise<ProcessExit>
}

/**
 * Starts a real anvil on 127.0.0.1 and waits until it answers.
 *
 * Memory is bounded by what the chain holds: about 45 kB for each flow ever made, and a third of that again for each
 * kept state. A block costs 0.07 ms of CPU for each flow ever made, since anvil computes the whole state's root anew
 * (measured with anvil 1.7.1).
 *
 * @param prepare what to do on the chain before it makes blocks by itself; until then only `client.mine` makes one
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; the signal's reason when aborted
 * @example
 * const anvil = await startAnvil({ blockTime: 1 })
 * await anvil.client.getBlockNumber()
 * await anvil.stop()
 */
export async function startAnvil(
  options: AnvilOptions = {},
  prepare: (client: AnvilClient) => Promise<void> = async () => undefined,
): Promise<RunningAnvil> {
  const { chainId = 14800, port = 0, blockTime = 1, fixedBaseFeeWei, signal } = options
  if (port !== 0) await checkPortIsFree(port)

  const anvil = new ManagedProcess({
    name: 'anvil',
    command: anvilBinary(),
    args: anvilArguments({ ...options, chainId, port }),
    givesWay: true,
    ready: { line: (line) => /^Listening on 127\.0\.0\.1:(\d+)$/.exec(line.trim())?.[1] },
  })
  try {
    const rpcUrl = `http://127.0.0.1:${await anvil.start(signal)}`
    const client = createAnvilClient(rpcUrl, chainId)
    // Anvil tells its port only while it logs; from here on its log would be a line for every request.
    await client.setLoggingEnabled(false)
    const { pid } = anvil
    if (pid === undefined) throw new Error('anvil ended as soon as it was up')

    await prepare(client)
    signal?.throwIfAborted()
    let stopBlocks = async (): Promise<void> => undefined
    if (blockTime === 'instant') await client.setAutomine(true)
    else stopBlocks = driveBlocks(client, blockTime * 1000, fixedBaseFeeWei)
    return {
      rpcUrl,
      chainId,
      pid,
      client,
      exited: anvil.exited,
      lastOutput: () => afterBanner(anvil.lastOutput()),
      async stop() {
        await stopBlocks()
        return anvil.stop()
      },
    }
  } catch (cause) {
    await anvil.stop()
    if (signal?.aborted) throw signal.reason
    if (cause instanceof LoadTestError && cause.code === 'TESTBED_START_FAILED') throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LoadTestError('TESTBED_START_FAILED', `The embedded chain did not start: ${reason}`, { cause })
  }
}

function anvilArguments(options: AnvilOptions & { chainId: number; port: number }): string[] {
  const { chainId, port, blockGasLimit = 30_000_000n, fixedBaseFeeWei, keepStates = 4 } = options
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId)],
    ...['--gas-limit', String(blockGasLimit), '--prune-history', String(keepStates), '--no-mining'],
    // By the time they came, as clients do for equal tips; anvil's own order is by the fee cap, which is no price.
    ...['--order', 'fifo'],
    ...(fixedBaseFeeWei === undefined ? [] : ['--block-base-fee-per-gas', String(fixedBaseFeeWei)]),
  ]
}

/** What anvil says after it is up: before, it lists its development keys, which look like secrets wherever they turn up. */
function afterBanner(output: string): string {
  return (
    output
      .split(/^Listening on .*$/m)
      .at(-1)
      ?.trim() ?? ''
  )
}
