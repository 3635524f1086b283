import { LoadTestError } from '../../errors/load-test-error.ts'
import { ManagedProcess, type ProcessExit } from '../../process/managed-process.ts'
import { anvilBinary } from './anvil-binary.ts'
import { type AnvilClient, createAnvilClient } from './anvil-client.ts'
import { checkPortIsFree } from './check-port.ts'
import { driveBlocks } from './drive-blocks.ts'

/** Options of anvil. */
export type AnvilOptions = {
  /** @default 14800, Moksha's */
  chainId?: number | undefined
  /** TCP port on 127.0.0.1. @default a free one */
  port?: number | undefined
  /** Seconds between blocks, fractions allowed, or `instant`: a block for each transaction. @default 1 */
  blockTime?: number | 'instant' | undefined
  /** Gas limit of a block. @default 30_000_000n */
  blockGasLimit?: bigint | undefined
  /**
   * Base fee of every block, in wei. It keeps a long load of full blocks affordable. Not for instant blocks.
   *
   * @default 1 gwei at first, then by EIP-1559 as on a real chain
   */
  fixedBaseFeeWei?: bigint | undefined
  /** Number of past states that can be read or reorganised away. Each is a copy of all accounts. @default 4 */
  keepStates?: number | undefined
  /** Aborts the start. */
  signal?: AbortSignal | undefined
}

/** A running anvil. */
export type RunningAnvil = {
  rpcUrl: string
  chainId: number
  pid: number
  /** A viem client with anvil's own methods. */
  client: AnvilClient
  /** Settles when anvil has ended, whatever the reason. */
  exited: Promise<ProcessExit>
  /** The last lines of its output. */
  lastOutput(): string
  /** May be called more than once. */
  stop(): Promise<ProcessExit>
}

/**
 * Starts a real anvil on 127.0.0.1 and waits until it answers.
 *
 * Its memory grows with the chain: about 45 kB for each flow so far, and a third of that for each kept state. A block costs
 * 0.07 ms of CPU for each flow so far, since anvil computes the root of the whole state again (measured with anvil 1.7.1).
 *
 * @param prepare runs before anvil makes blocks on its own; until then only `client.mine` makes one
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
    // Anvil prints its port only while it logs. From here on its log would be a line per request.
    await client.setLoggingEnabled(false)
    const { pid } = anvil
    if (pid === undefined) throw new Error('anvil ended right after its start')

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
    // By arrival, as clients do for equal tips. Anvil's default order is by fee cap, which is not a price.
    ...['--order', 'fifo'],
    ...(fixedBaseFeeWei === undefined ? [] : ['--block-base-fee-per-gas', String(fixedBaseFeeWei)]),
  ]
}

/** Anvil's output after its start. Before that it lists its development keys, which look like secrets in any report. */
function afterBanner(output: string): string {
  return (
    output
      .split(/^Listening on .*$/m)
      .at(-1)
      ?.trim() ?? ''
  )
}
