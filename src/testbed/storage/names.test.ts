import { describe, expect, it } from 'vitest'
import { checkBucketName, checkObjectName } from './names.ts'

const refused = expect.objectContaining({ status: 400 })

describe('a bucket name', () => {
  it.each(['abc', 'a-b_c.d', '0.1.2', 'x'.repeat(63)])('may be %s', (name) => {
    expect(() => checkBucketName(name)).not.toThrow()
  })

  it.each([
    ...['', 'ab', 'Abc', '-abc', 'abc-', 'a..b', 'a/b', 'a b', '../etc'],
    ...['x'.repeat(64), `${'x'.repeat(64)}.y`],
  ])('may not be %s', (name) => {
    expect(() => checkBucketName(name)).toThrow(refused)
  })
})

describe('an object name', () => {
  it.each(['x', '../..', 'a/../b', '...', ' ', '\0', 'x'.repeat(1024), 'é'.repeat(512)])(
    'may be %j',
    (name) => {
      expect(() => checkObjectName(name)).not.toThrow()
    },
  )

  it.each(['', '.', '..', 'a\nb', 'a\rb', '\ud800', 'x'.repeat(1025), 'é'.repeat(513)])(
    'may not be %j',
    (name) => {
      expect(() => checkObjectName(name)).toThrow(refused)
    },
  )
})
