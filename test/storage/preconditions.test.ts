import { beforeEach, describe, expect, it } from 'vitest'
import { buckets, useEmulator } from './storage.fixture.ts'

const use = useEmulator()

let generation = 0
beforeEach(async () => {
  const file = use.bucket().file('guarded')
  await file.save('guarded', { resumable: false })
  generation = Number((await file.getMetadata())[0].generation)
})

describe('preconditions', () => {
  it.each([false, true])('guard an upload (resumable: %s)', async (resumable) => {
    const save = (name: string, preconditionOpts: Record<string, number>) =>
      use.bucket().file(name).save('new', { resumable, preconditionOpts })
    const refusal = (name: string, conditions: Record<string, number>) =>
      save(name, conditions).then(
        () => 'saved',
        (error: { code?: number; status?: number }) => error.code ?? error.status,
      )
    expect(await refusal('guarded', { ifGenerationMatch: 0 })).toBe(412)
    expect(await refusal('guarded', { ifGenerationNotMatch: generation })).toBe(412)
    expect(await refusal('guarded', { ifMetagenerationMatch: 2 })).toBe(412)
    expect(await refusal('guarded', { ifMetagenerationNotMatch: 1 })).toBe(412)
    expect(await refusal('absent', { ifGenerationNotMatch: 0 })).toBe(412)
    expect((await use.bucket().file('guarded').download())[0].toString()).toBe('guarded')
    await save('guarded', { ifGenerationMatch: generation, ifMetagenerationMatch: 1 })
    expect((await use.bucket().file('guarded').download())[0].toString()).toBe('new')
    await save(`fresh-${resumable}`, { ifGenerationMatch: 0 })
  })

  it('guard deletions and metadata', async () => {
    const file = use.bucket().file('guarded')
    const failed = { code: 412 }
    await expect(file.delete({ ifGenerationMatch: 1 })).rejects.toMatchObject(failed)
    const patch = file.setMetadata({ contentType: 'x/y' }, { ifMetagenerationMatch: 7 })
    await expect(patch).rejects.toMatchObject(failed)
    await file.setMetadata({ contentType: 'x/y' }, { ifMetagenerationMatch: 1 })
    await file.delete({ ifGenerationMatch: generation, ifMetagenerationMatch: 2 })
  })

  it('give a reader 304 for a version that it has, and 412 for one that does not exist', async () => {
    const status = async (query: string) =>
      (await fetch(use.url(`/storage/v1/b/${buckets.open}/o/guarded?${query}`))).status
    for (const alt of ['json', 'media']) {
      expect(await status(`alt=${alt}&ifGenerationNotMatch=${generation}`)).toBe(304)
      expect(await status(`alt=${alt}&ifMetagenerationNotMatch=1`)).toBe(304)
      expect(await status(`alt=${alt}&ifGenerationMatch=1`)).toBe(412)
      expect(await status(`alt=${alt}&ifGenerationMatch=${generation}&ifMetagenerationMatch=1`)).toBe(200)
    }
    for (const value of ['', '-1', '1.5', 'x', '99999999999999999999']) {
      expect(await status(`ifGenerationMatch=${value}`)).toBe(400)
    }
  })
})
