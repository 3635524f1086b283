import { expect, it } from 'vitest'
import { createCounters } from './counters.ts'

it('counts add up and are read highest first', () => {
  const counters = createCounters()
  counters.add('few')
  counters.add('many', 5)
  counters.add('few')
  expect(Object.entries(counters.read())).toEqual([
    ['many', 5],
    ['few', 2],
  ])
})

it('taking hands the counts over and starts at 0', () => {
  const counters = createCounters()
  counters.add('one')
  expect(counters.take()).toEqual({ one: 1 })
  expect(counters.take()).toEqual({})
})

it('past 200 names new ones are counted together, and none is lost', () => {
  const counters = createCounters()
  for (let i = 0; i < 1000; i += 1) counters.add(`name ${i}`)
  const counts = counters.read()
  expect(Object.keys(counts)).toHaveLength(201)
  expect(counts['(other)']).toBe(800)
})

it('a name from outside may be one that objects have built in', () => {
  const counters = createCounters()
  counters.add('__proto__')
  counters.add('constructor', 2)
  expect(Object.entries(counters.read())).toEqual([
    ['constructor', 2],
    ['__proto__', 1],
  ])
})
