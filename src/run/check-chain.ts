import { checkHead } from '../chain/blocks/check-head.ts'
import type { TargetConnection } from '../flow/connect-target.ts'

/**
 * Checks the chain before anything is paid: every RPC endpoint must be of this chain and one of them up, the chain must make
 * blocks, and gas must not cost more than the run may pay.
 *
 * An endpoint that fails while others work is noted and used last.
 *
 * @throws LoadTestError CHAIN_WRONG_ID, CHAIN_UNREACHABLE, CHAIN_STALLED, CHAIN_UNDERPRICED, another `CHAIN_*` code; the signal's reason
 */
export async function checkChain(
  { rpc, fees }: Pick<TargetConnection, 'rpc' | 'fees'>,
  options: { submission: 'direct' | 'relayed'; note: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  const { submission, note, signal } = options
  for (const { message } of await rpc.check({ signal })) note(message)
  await checkHead(rpc, { signal, note })
  // A relayer has a cap of its own.
  if (submission === 'direct') await fees.current({ signal })
}
