import { describe, expect, it } from 'vitest'
import { fileHandleLimit, fileHandlesOf, isOutOfFileHandles, leastFileHandles } from './file-handles.ts'

describe('file handles', () => {
  it('have a known limit where tests run', () => {
    expect(fileHandleLimit()).toBeGreaterThan(leastFileHandles)
  })

  it('are needed for every user in flight', () => {
    expect(fileHandlesOf(0)).toBe(leastFileHandles)
    expect(fileHandlesOf(1000)).toBeGreaterThan(1300)
  })

  it('are recognised as the cause of an error at any depth', () => {
    const cause = Object.assign(new Error('too many open files'), { code: 'EMFILE' })
    expect(isOutOfFileHandles(new Error('a', { cause: new Error('b', { cause }) }))).toBe(true)
    expect(isOutOfFileHandles(Object.assign(new Error('c'), { code: 'ENOENT' }))).toBe(false)
    const circle = new Error('d')
    circle.cause = circle
    expect(isOutOfFileHandles(circle)).toBe(false)
  })
})
