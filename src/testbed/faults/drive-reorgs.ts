/**
 * Makes anvil drop its last blocks, with their transactions, at a fixed interval.
 *
 * @returns a function that stops it
 */
export function driveReorgs(
  rpcUrl: string,
  { depth, everyMs }: { depth: number; everyMs: number },
  hit: (kind: string) => void,
): () => void {
  const reorg = async (): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'anvil_reorg', params: [depth, []] })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(rpcUrl, { method: 'POST', headers, body })
    const { error } = (await answer.json()) as { error?: unknown }
    if (error === undefined) hit('reorg')
  }
  // An unreachable chain, or one with too few blocks, has its next chance after the interval.
  const timer = setInterval(() => void reorg().catch(() => undefined), everyMs)
  return () => clearInterval(timer)
}
