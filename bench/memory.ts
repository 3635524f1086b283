import type { Stack } from './stack.ts'

/** Measures the generator's resident memory at its peak, in bytes, by number of users. */
export async function measureMemory(
  stack: Stack,
  say: (text: string) => void,
): Promise<Record<string, number>> {
  const rssBytes: Record<string, number> = {}
  for (const users of [100, 1000]) {
    say(`memory: ${users} users at 10/s`)
    const { resources } = await stack.run('--users', String(users), '--rate', '10', '--concurrency', '200')
    rssBytes[users] = resources.rssPeakBytes
  }
  return rssBytes
}
