import type { Hash } from 'viem'
import type { AnvilClient } from '../../src/testbed/chain/anvil-client.ts'

/** Has a pending transaction wait behind what `others` sends: they go into blocks in the order they came. */
export async function putBehind(
  client: AnvilClient,
  hash: Hash,
  others: () => Promise<unknown>,
): Promise<void> {
  const request = (method: string, ...params: unknown[]): Promise<unknown> =>
    client.request({ method, params } as never)
  const raw = await request('eth_getRawTransactionByHash', hash)
  await client.dropTransaction({ hash })
  await others()
  await request('eth_sendRawTransaction', raw)
}
