import { createServer } from 'node:net'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { ManagedProcess, type ProcessExit } from '../../process/managed-process.ts'
import { anvilBinary } from './anvil-binary.ts'
import { type AnvilClient, createAnvilClient } from './anvil-client.ts'

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
  /** First block's base fee in wei; it then follows EIP-1559. @default anvil's, 1 gwei */
  initialBaseFeeWei?: bigint
  /** How many past states can be read or reorganised to; each is a copy of the whole state. @default 16 */
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
  stop(): Promise<ProcessExit>
}

/**
 * Starts a real anvil on 127.0.0.1 and waits until it answers.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; the signal's reason when aborted
 * @example
 * const anvil = await startAnvil({ blockTime: 'instant' })
 * await anvil.client.getBlockNumber()
 * await anvil.stop()
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<RunningAnvil> {
  const { chainId = 14800, port = 0, signal } = options
  if (port !== 0) await checkPortIsFree(port)

  const anvil = new ManagedProcess({
    name: 'anvil',
    command: anvilBinary(),
    args: anvilArguments({ ...options, chainId, port }),
    ready: { line: (line) => /^Listening on 127\.0\.0\.1:(\d+)$/.exec(line.trim())?.[1] },
  })
  try {
    const rpcUrl = `http://127.0.0.1:${await anvil.start(signal)}`
    const client = createAnvilClient(rpcUrl, chainId)
    // Anvil says its port only while it logs; from here on its log would be a line for every request.
    await client.setLoggingEnabled(false)
    const { pid } = anvil
    if (pid === undefined) throw new Error('anvil ended as soon as it was up')
    return {
      rpcUrl,
      chainId,
      pid,
      client,
      exited: anvil.exited,
      lastOutput: () => anvil.lastOutput(),
      stop: () => anvil.stop(),
    }
  } catch (cause) {
    await anvil.stop()
    if (signal?.aborted) throw signal.reason
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LoadTestError('TESTBED_START_FAILED', `The embedded chain did not start: ${reason}`, { cause })
  }
}

function anvilArguments(options: AnvilOptions & { chainId: number; port: number }): string[] {
  const {
    chainId,
    port,
    blockTime = 1,
    blockGasLimit = 30_000_000n,
    initialBaseFeeWei,
    keepStates = 16,
  } = options
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId)],
    ...['--gas-limit', String(blockGasLimit), '--prune-history', String(keepStates)],
    ...(blockTime === 'instant' ? [] : ['--block-time', String(blockTime)]),
    ...(initialBaseFeeWei === undefined ? [] : ['--block-base-fee-per-gas', String(initialBaseFeeWei)]),
  ]
}

/** Anvil's own refusal is only words; the operating system's has a code. */
async function checkPortIsFree(port: number): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve)
    })
    await new Promise((resolve) => server.close(resolve))
  } catch (cause) {
    throw new LoadTestError('PORT_IN_USE', `Port ${port} on 127.0.0.1 can not be used.`, { cause })
  }
}
