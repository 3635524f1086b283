import { describe, expect, it } from 'vitest'
import { closeAfter, createCloser } from './closer.ts'

/** Things that can be closed; those named fail to. */
function openThings(...failing: string[]) {
  const closed: string[] = []
  const thing = (name: string) => async () => {
    closed.push(name)
    if (failing.includes(name)) throw new Error(`${name} is stuck`)
  }
  return { closed, thing }
}

describe('a closer', () => {
  it('closes in reverse, and closes the rest after one that fails', async () => {
    const { closed, thing } = openThings('client')
    const closer = createCloser()
    for (const name of ['target', 'client', 'wallets']) closer.add(thing(name))
    expect(await closer.close()).toEqual([new Error('client is stuck')])
    expect(closed).toEqual(['wallets', 'client', 'target'])
  })

  it('collects what throws at once as well as what rejects', async () => {
    const { closed, thing } = openThings('client')
    const closer = createCloser()
    closer.add(thing('target'))
    closer.add(thing('client'))
    closer.add(() => {
      throw new Error('wallets are stuck')
    })
    expect(await closer.close()).toHaveLength(2)
    expect(closed).toEqual(['client', 'target'])
  })

  it('closes each thing once, however often it is asked', async () => {
    const { closed, thing } = openThings()
    const closer = createCloser()
    closer.add(thing('client'))
    await Promise.all([closer.close(), closer.close()])
    expect(await closer.close()).toEqual([])
    expect(closed).toEqual(['client'])
  })
})

describe('closing after work', () => {
  it('gives what the work gives', async () => {
    const { closed, thing } = openThings()
    const result = await closeAfter(async (closer) => {
      closer.add(thing('client'))
      expect(closed).toEqual([])
      return 7
    })
    expect([result, closed]).toEqual([7, ['client']])
  })

  it('throws what the work threw, rather than what failed to close after it', async () => {
    const { closed, thing } = openThings('client', 'target')
    const working = closeAfter(async (closer) => {
      closer.add(thing('target'))
      closer.add(thing('client'))
      throw new Error('the run failed')
    })
    await expect(working).rejects.toThrow('the run failed')
    expect(closed).toEqual(['client', 'target'])
  })

  it('throws what failed to close after work that succeeded', async () => {
    const { thing } = openThings('client', 'target')
    const one = closeAfter(async (closer) => closer.add(thing('client')))
    await expect(one).rejects.toThrow(/^client is stuck$/)
    const both = closeAfter(async (closer) => {
      closer.add(thing('target'))
      closer.add(thing('client'))
    })
    await expect(both).rejects.toThrow(/client is stuck.*target is stuck/)
  })
})
