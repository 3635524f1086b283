import { runGenerator } from './generator.ts'

/** Measures the lag of users with an instant flow at 100 per second, in milliseconds. */
export async function measureLag(
  say: (text: string) => void,
): Promise<Record<string, { p50: number; p99: number }>> {
  say('lag: 3,000 instant users at 100/s')
  const { lagMs } = await runGenerator('instant', 3000, 100)
  return { 100: lagMs }
}
