import { describe, expect, it } from 'vitest'
import { suggest } from './suggest.ts'

const flags = ['--users', '--rate', '--ramp-up', '--ramp-down', '--sustain', '--threshold', '--seed']
const keys = ['users', 'load.rate', 'load.rampUp', 'flow.timeout', 'load.concurrency']

describe('suggest', () => {
  it.each([
    ['--usres', '--users'],
    ['--user', '--users'],
    ['--rampup', '--ramp-up'],
    ['--ramp-dwon', '--ramp-down'],
    ['--tresholds', '--threshold'],
  ])('takes the flag %s for %s', (typed, meant) => {
    expect(suggest(typed, flags)).toBe(meant)
  })

  it.each([
    ['rate', 'load.rate'],
    ['load.ramp_up', 'load.rampUp'],
    ['flow.concurency', 'load.concurrency'],
    ['timeout', 'flow.timeout'],
  ])('takes the key %s for %s', (typed, meant) => {
    expect(suggest(typed, keys)).toBe(meant)
  })

  it.each(['--frobnicate', '--x', 'target.url'])('has nothing to suggest for %s', (typed) => {
    expect(suggest(typed, [...flags, ...keys])).toBeUndefined()
  })
})
