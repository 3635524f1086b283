import type { Stack } from './stack.ts'

const flags = ['--users', '300', '--rate', '10']

/** Measures the JSON-RPC calls per flow at 10 users/s, of generator and relayer together, including receipts and funding. */
export async function measureRpcCalls(
  stack: Stack,
  say: (text: string) => void,
): Promise<{ rpcCallsPerFlow: { direct: number; relayed: number } }> {
  say('calls: 300 users at 10/s, who pay for themselves')
  const direct = await stack.run(...flags, '--submission', 'direct')
  say('calls: 300 users at 10/s, relayed')
  const before = await stack.relayerCalls()
  const relayed = await stack.run(...flags, '--submission', 'relayed')
  const relayerCalls = (await stack.relayerCalls()) - before
  return {
    rpcCallsPerFlow: {
      direct: direct.rpc.calls / direct.users.succeeded,
      relayed: (relayed.rpc.calls + relayerCalls) / relayed.users.succeeded,
    },
  }
}
