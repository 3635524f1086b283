import { runGenerator } from './generator.ts'

/**
 * Measures the generator's resident memory at its peak, in bytes: for 1,000 and 10,000 users whose data is encrypted and
 * signed for, as many at a time as in any run, and for 100,000 whose flows do nothing. Without a target, since anvil slows down with every flow that it
 * holds, and what a user leaves behind in the generator has nothing to do with that.
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
