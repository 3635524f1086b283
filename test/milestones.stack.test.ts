import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { mostAtOnce } from '../milestones/most-at-once.ts'
import { phaseArrivals } from '../milestones/ms-04/phase-arrivals.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const scripts = readdirSync(join(root, 'milestones'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /ms-\d+\/test-.*\.ts$/.test(file))
  .map((file) => join('milestones', file))

const runScript = (script: string, flag: string) =>
  spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), script, flag], {
    cwd: root,
    encoding: 'utf8',
  })

describe('milestone scripts', () => {
  it('print their options with --help', () => {
    const [script = ''] = scripts
    const { status, stdout, stderr } = runScript(script, '--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`Usage: npx tsx ${script} [options]`)
  })

  it.each(scripts)('reject an unknown option before anything starts: %s', (script) => {
    const { status, stdout, stderr } = runScript(script, '--nonsense')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^Unknown option '--nonsense'/)
    expect(stderr).not.toMatch(/\n +at /)
  })
})

describe('milestone pages', () => {
  it.each(scripts)('state the number of criteria of %s', (script) => {
    const folder = dirname(script)
    const overview = readFileSync(join(root, 'milestones/README.md'), 'utf8')
    const row = overview.split('\n').find((line) => line.includes(`(${folder.replace('milestones/', '')}/)`))
    const checked = readFileSync(join(root, script), 'utf8').match(/milestone\.(?:check|measure)\(/g)?.length
    expect(row).toContain(`| ${checked} of ${checked} |`)
    const numbered = readFileSync(join(root, folder, 'README.md'), 'utf8').match(/^\| \d+ \|/gm)
    expect([checked, undefined]).toContain(numbered?.length)
  })
})

describe('phaseArrivals', () => {
  // Due times for a rate from 0 to 2/s and back; some at the very end of a phase.
  const due = [1732, 2449, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6551, 7268, 9000]

  it.each([0, 1, 40, 240])('accepts arrivals that are each %d ms late', (lagMs) => {
    const { expected, arrived, isAsExpected } = phaseArrivals(
      due.map((dueMs) => dueMs + lagMs),
      3,
      2,
    )
    expect({ expected, arrived, isAsExpected }).toEqual({
      expected: [3, 6, 3],
      arrived: [3, 6, 3],
      isAsExpected: true,
    })
  })

  it.each([
    ['at one rate', due.map((_, index) => index * 750)],
    ['at the full rate from the start', Array.from({ length: 18 }, (_, index) => index * 500)],
    ['twice as fast', due.map((dueMs) => dueMs / 2)],
    ['at half the rate', due.filter((_, index) => index % 2 === 0)],
    ['all at once', due.map(() => 0)],
    ['not at all', []],
  ])('rejects arrivals %s', (_how, startedMs) => {
    expect(phaseArrivals(startedMs, 3, 2).isAsExpected).toBe(false)
  })
})

describe('mostAtOnce', () => {
  const flow = (startedMs: number, endedMs: number) => ({ index: 0, dueMs: 0, startedMs, endedMs })

  it('counts overlapping users, and not users who follow one another', () => {
    expect(mostAtOnce([])).toBe(0)
    expect(mostAtOnce([flow(0, 5), flow(5, 9), flow(9, 12)])).toBe(1)
    expect(mostAtOnce([flow(0, 5), flow(5, 9), flow(4, 6), flow(10, 11)])).toBe(2)
    expect(mostAtOnce([flow(0, 1), flow(0, 1), flow(0.5, 2)])).toBe(3)
  })
})
