import { checkHead } from '../chain/blocks/check-head.ts'
import type { TargetConnection } from '../flow/connect-target.ts'

/**
 * Looks at the chain before anything is paid: every RPC endpoint has to be of this chain and one of them up, the chain
 * has to go on, and gas must not cost more than the run may pay.
 *
 * What is wrong with one endpoint while others can be used is said, and no reason to stop: it is asked last.
 *
 * @throws LoadTestError CHAIN_WRONG_ID, CHAIN_UNREACHABLE, CHAIN_STALLED, CHAIN_UNDERPRICED, another `CHAIN_*` code; the signal's reason
 */
export async function checkChain(
  { rpc, fees }: Pick<TargetConnection, 'rpc' | 'fees'>,
  submission: 'direct' | 'relayed',
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const { message } of await rpc.check(signal)) note(message)
  await checkHead(rpc, { signal, note })
  // A relayer has a cap of its own.
  if (submission === 'direct') await fees.current({ signal })
}
