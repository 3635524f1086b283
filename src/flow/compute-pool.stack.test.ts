import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { afterAll, expect, it } from 'vitest'
import { giveWayNiceness } from '../process/give-way.ts'
import { createComputePool } from './compute-pool.ts'

const pool = createComputePool({ threads: 1 })
afterAll(() => pool.stop())

/** Returns the niceness of every thread of this process: see proc(5). */
function nicenessOfThreads(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
  })
}

it.runIf(process.platform === 'linux')('lowers the priority of worker threads only', async () => {
  const before = getPriority()
  await pool.run('makeUserData', { seed: 'nice', index: 0, size: 'small' })
  expect(nicenessOfThreads().filter((nice) => nice === giveWayNiceness('thread'))).toHaveLength(1)
  expect(getPriority()).toBe(before)
})
