import { beforeEach, describe, expect, test } from 'vitest'
import { buckets, useEmulator } from './storage.fixture.ts'

const use = useEmulator()
const failed = { code: 412 }

let generation = 0
beforeEach(async () => {
  const file = use.bucket().file('guarded')
  await file.save('guarded', { resumable: false })
  generation = Number((await file.getMetadata())[0].generation)
})

describe('a write by the official client', () => {
  const save = (name: string, preconditionOpts: Record<string, number>, resumable: boolean) =>
    use.bucket().file(name).save('new', { resumable, preconditionOpts })

  test.each([false, true])('goes through only if its condition holds (resumable: %s)', async (resumable) => {
    const refusal = (name: string, options: Record<string, number>) =>
      save(name, options, resumable).then(
        () => 'saved',
        (error: { code?: number; status?: number }) => error.code ?? error.status,
      )
    expect(await refusal('guarded', { ifGenerationMatch: 0 })).toBe(412)
    expect(await refusal('guarded', { ifGenerationMatch: generation + 1 })).toBe(412)
    expect(await refusal('guarded', { ifGenerationNotMatch: generation })).toBe(412)
    expect(await refusal('guarded', { ifMetagenerationMatch: 2 })).toBe(412)
    expect(await refusal('guarded', { ifMetagenerationNotMatch: 1 })).toBe(412)
    expect(await refusal('absent', { ifGenerationNotMatch: 0 })).toBe(412)
    expect((await use.bucket().file('guarded').download())[0].toString()).toBe('guarded')

    await save('guarded', { ifGenerationMatch: generation, ifMetagenerationMatch: 1 }, resumable)
    expect((await use.bucket().file('guarded').download())[0].toString()).toBe('new')
    await save(`fresh-${resumable}`, { ifGenerationMatch: 0 }, resumable)
  })
})

test('deletion, metadata and copies are guarded as well', async () => {
  const file = use.bucket().file('guarded')
  await expect(file.delete({ ifGenerationMatch: 1 })).rejects.toMatchObject(failed)
  await expect(file.setMetadata({ contentType: 'x/y' }, { ifMetagenerationMatch: 7 })).rejects.toMatchObject(
    failed,
  )
  await expect(file.copy('other', { preconditionOpts: { ifGenerationMatch: 5 } })).rejects.toMatchObject(
    failed,
  )
  await file.setMetadata({ contentType: 'x/y' }, { ifMetagenerationMatch: 1 })
  await file.delete({ ifGenerationMatch: generation, ifMetagenerationMatch: 2 })
})

test('the sources of copies and compositions are guarded, too', async () => {
  const post = async (path: string, body: unknown = {}) =>
    (
      await fetch(use.url(`/storage/v1/b/open-bucket/o/${path}`), {
        method: 'POST',
        body: JSON.stringify(body),
      })
    ).status
  const copy = (query: string) => post(`guarded/rewriteTo/b/open-bucket/o/copy?${query}`)
  expect(await copy('ifSourceGenerationMatch=1')).toBe(412)
  expect(await copy('ifSourceMetagenerationNotMatch=1')).toBe(412)
  expect(await copy('sourceGeneration=1')).toBe(404)
  expect(await copy(`ifSourceGenerationMatch=${generation}&sourceGeneration=${generation}`)).toBe(200)
  expect(await post('guarded/moveTo/o/moved?ifSourceGenerationMatch=1')).toBe(412)
  const compose = (ifGenerationMatch: number) =>
    post('composed/compose', {
      sourceObjects: [{ name: 'guarded', objectPreconditions: { ifGenerationMatch } }],
    })
  expect(await compose(1)).toBe(412)
  expect(await compose(generation)).toBe(200)
  expect(await post('composed/compose', { sourceObjects: [] })).toBe(400)
  expect(await post('composed/compose', { sourceObjects: Array(33).fill({ name: 'guarded' }) })).toBe(400)
})

describe('a read', () => {
  const status = async (query: string) =>
    (await fetch(use.url(`/storage/v1/b/${buckets.open}/o/guarded?${query}`))).status

  test('of what the reader has already is answered 304, of what is not there 412', async () => {
    for (const alt of ['json', 'media']) {
      expect(await status(`alt=${alt}&ifGenerationNotMatch=${generation}`)).toBe(304)
      expect(await status(`alt=${alt}&ifMetagenerationNotMatch=1`)).toBe(304)
      expect(await status(`alt=${alt}&ifGenerationMatch=1`)).toBe(412)
      expect(await status(`alt=${alt}&ifMetagenerationMatch=9`)).toBe(412)
      expect(await status(`alt=${alt}&ifGenerationMatch=${generation}&ifMetagenerationMatch=1`)).toBe(200)
    }
  })

  test('with a condition that is no number is refused', async () => {
    for (const value of ['', '-1', '1.5', 'x', '99999999999999999999']) {
      expect(await status(`ifGenerationMatch=${value}`)).toBe(400)
    }
  })

  test('by URL honours entity tags and dates', async () => {
    const url = use.url(`/${buckets.open}/guarded`)
    const first = await fetch(url)
    const etag = first.headers.get('etag') ?? ''
    const modified = first.headers.get('last-modified') ?? ''
    const statusWith = async (headers: Record<string, string>) => (await fetch(url, { headers })).status
    expect(await statusWith({ 'if-none-match': etag })).toBe(304)
    expect(await statusWith({ 'if-none-match': '"other"' })).toBe(200)
    expect(await statusWith({ 'if-match': '"other"' })).toBe(412)
    expect(await statusWith({ 'if-modified-since': modified })).toBe(304)
    expect(await statusWith({ 'if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' })).toBe(412)
    expect(await statusWith({ 'x-goog-if-generation-match': '1' })).toBe(412)
    expect(await statusWith({ 'x-goog-if-generation-match': String(generation) })).toBe(200)
  })
})
