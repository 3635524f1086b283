import { expect, it } from 'vitest'
import { createCounters } from './counters.ts'

it('adds up counts and reads them highest first', () => {
  const counters = createCounters()
  counters.add('few')
  counters.add('many', 5)
  counters.add('few')
  expect(Object.entries(counters.read())).toEqual([
    ['many', 5],
    ['few', 2],
  ])
})

it('starts at 0 again after a take', () => {
  const counters = createCounters()
  counters.add('one')
  expect(counters.take()).toEqual({ one: 1 })
  expect(counters.take()).toEqual({})
})

it('counts new names together after 200, without losing any', () => {
  const counters = createCounters()
  for (let i = 0; i < 1000; i += 1) counters.add(`name ${i}`)
  const counts = counters.read()
  expect(Object.keys(counts)).toHaveLength(201)
  expect(counts['(other)']).toBe(800)
})

it('accepts names of built-in properties', () => {
  const counters = createCounters()
  counters.add('__proto__')
  counters.add('constructor', 2)
  expect(Object.entries(counters.read())).toEqual([
    ['constructor', 2],
    ['__proto__', 1],
  ])
})
