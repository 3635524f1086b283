import type { Stack } from './stack.ts'

/** Measures how late users start at 5 users per second, in milliseconds. */
export async function measureLag(
  stack: Stack,
  say: (text: string) => void,
): Promise<Record<string, { p50: number | null; p99: number | null }>> {
  say('lag: 150 users at 5/s')
  const { arrivals } = await stack.run('--users', '150', '--rate', '5')
  return { 5: { p50: arrivals.lagMs.p50, p99: arrivals.lagMs.p99 } }
}
