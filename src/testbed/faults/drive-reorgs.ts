/**
 * Has an anvil take back its last blocks every so often, as a real chain does at times; what they held is gone.
 *
 * @returns ends it
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
  // A chain that cannot be reached, or has too few blocks yet, is left alone until the next time.
  const timer = setInterval(() => void reorg().catch(() => undefined), everyMs)
  return () => clearInterval(timer)
}
