import { expect, it } from 'vitest'
import { createErrorClasses, type ErrorOccurrence } from './error-classes.ts'

const occurrence = (change: Partial<ErrorOccurrence>): ErrorOccurrence => ({
  code: 'CHAIN_NONCE',
  step: 'submit',
  retriable: true,
  message: 'nonce too low',
  atMs: 1000,
  flow: 1,
  ...change,
})

it('counts failures by code and step, most frequent first', () => {
  const errors = createErrorClasses()
  errors.add(occurrence({ code: 'FLOW_TIMEOUT', step: 'result' }))
  errors.add(occurrence({ flow: 2 }))
  errors.add(occurrence({ flow: 3 }))
  errors.add(occurrence({ step: 'confirm' }))
  expect(errors.list().map(({ code, step, count }) => [code, step, count])).toEqual([
    ['CHAIN_NONCE', 'submit', 2],
    ['FLOW_TIMEOUT', 'result', 1],
    ['CHAIN_NONCE', 'confirm', 1],
  ])
})

it('keeps the earliest failure as the example, even if it is reported later', () => {
  const errors = createErrorClasses()
  errors.add(occurrence({ message: 'later', atMs: 5000, flow: 9 }))
  errors.add(occurrence({ message: 'first', atMs: 700, flow: 4 }))
  errors.add(occurrence({ message: 'last', atMs: 9000, flow: 11 }))
  expect(errors.list()).toMatchObject([{ example: 'first', exampleFlow: 4, firstMs: 700, lastMs: 9000 }])
})

it('shortens a long text', () => {
  const errors = createErrorClasses()
  errors.add(occurrence({ message: 'x'.repeat(5000) }))
  expect(errors.list()[0]?.example).toHaveLength(600)
})

it('counts a failure outside any step separately', () => {
  const errors = createErrorClasses()
  errors.add(occurrence({ step: null }))
  errors.add(occurrence({}))
  expect(errors.list()).toHaveLength(2)
})
