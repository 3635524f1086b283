import { runGenerator } from './generator.ts'

/**
 * Measures the generator's peak resident memory in bytes: for 1,000 and 10,000 users with real encryption and signatures, at
 * the concurrency of any run, and for 100,000 users with empty flows. Without a target, since anvil slows down with every
 * flow that it stores, and the memory per user does not depend on it.
 */
export async function measureMemory(say: (text: string) => void): Promise<Record<string, number>> {
  const rssBytes: Record<string, number> = {}
  for (const users of [1000, 10_000]) {
    say(`memory: ${users} users, computed`)
    rssBytes[users] = (await runGenerator('computed', users)).rssPeakBytes
  }
  say('memory: 100000 users, instant')
  rssBytes.instant100000 = (await runGenerator('instant', 100_000, 2000)).rssPeakBytes
  return rssBytes
}
