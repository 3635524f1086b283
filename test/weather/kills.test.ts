import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../src/random/random.ts'
import { startProgram } from '../e2e/program.fixture.ts'
import { startTestbed, type TestTestbed } from '../e2e/testbed.fixture.ts'
import { type KilledCommand, type KillLane, openKillLane } from './kill-lane.fixture.ts'
import { waitForNone } from './left-behind.fixture.ts'
import { pick, weatherSeed } from './weather.fixture.ts'

/** Each command of a round is killed once: 186 kills. */
const round: readonly KilledCommand[] = ['fund', 'sweep', 'run']
const rounds = Array.from({ length: 62 }, (_, i) => `round ${i + 1}`)
/** Runs that are killed with an embedded stack of their own: 14 kills. */
const stacks = Array.from({ length: 14 }, (_, i) => `stack ${i + 1}`)

const picked = {
  rounds: pick(rounds, (name) => name),
  stacks: pick(stacks, (name) => name),
}
/** Rounds that take place beside each other, each on a funder and wallets of its own. */
const laneCount = 2

let folder: string
let testbed: TestTestbed
let lanes: KillLane[] = []

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'vana-load-kills-')))
  testbed = await startTestbed(folder)
  const names = Array.from({ length: laneCount }, (_, i) => `lane-${i + 1}`)
  lanes = await Promise.all(names.map((name) => openKillLane(folder, name, testbed)))
}, 120_000)

afterAll(async () => {
  for (const lane of lanes) lane.stop()
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
  const killed = lanes.reduce((sum, { counts }) => sum + counts.killed, 0)
  const over = lanes.reduce((sum, { counts }) => sum + counts.over, 0)
  process.stdout.write(
    `kills, seed '${weatherSeed}': ${killed} of processes that ran, ${over} of processes that had ended, ` +
      `${picked.stacks.length} of runs with a stack of their own\n`,
  )
})

describe('a process that is killed at any moment', () => {
  test.concurrent.each(Array.from({ length: laneCount }, (_, number) => ({ number })))(
    'loses no wei, leaves no process behind, and keeps no other from its turn (lane $number)',
    async ({ number }) => {
      const lane = lanes[number]
      const own = picked.rounds.filter((_, i) => i % laneCount === number)
      for (const name of own) {
        for (const command of round) await lane?.kill(command, `${weatherSeed} ${name} ${command}`)
      }
      expect(lane?.counts.killed).toBeGreaterThan(0)
    },
    1_200_000,
  )

  test.concurrent.each(picked.stacks.map((name) => ({ name })))(
    'takes the stack that it has started with it ($name)',
    async ({ name }) => {
      const own = join(folder, name.replace(' ', '-'))
      mkdirSync(own)
      const { child, ended } = startProgram(['run', '--users', '4', '--rate', '4', '--quiet'], own)
      await sleep(createRandom('kills', weatherSeed, name)() * 8000)
      child.kill('SIGKILL')
      await ended
      await waitForNone(own)
    },
    120_000,
  )
})
