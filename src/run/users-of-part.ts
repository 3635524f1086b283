import type { LoadTestConfig } from '../config/load-test-config.ts'

/** How many of a run's users this process carries. */
export function usersOfPart({ users, load }: Pick<LoadTestConfig, 'users' | 'load'>): number {
  const { index, count } = load.part
  return Math.floor(users / count) + (index < users % count ? 1 : 0)
}
