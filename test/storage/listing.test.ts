import { beforeAll, expect, test } from 'vitest'
import { useEmulator } from './storage.fixture.ts'

const use = useEmulator()
const names = ['a', 'a/1', 'a/2', 'a/b/1', 'a/b/2', 'b', 'c/', 'c/1', 'd', 'ü', '\uffff', '😀']

beforeAll(async () => {
  // Put in an order other than the listing's.
  for (const name of [...names].reverse()) await use.bucket().file(name).save(name, { resumable: false })
})

async function list(query: Record<string, unknown> = {}): Promise<{ names: string[]; prefixes: string[] }> {
  const [files, , page] = await use.bucket().getFiles({ autoPaginate: false, ...query })
  const { prefixes = [] } = page as { prefixes?: string[] }
  return { names: files.map(({ name }) => name), prefixes }
}

test('names come in the order of their UTF-8 bytes', async () => {
  expect((await list()).names).toEqual(names)
})

test('the client walks through pages of any size and sees every name once', async () => {
  for (const maxResults of [1, 2, 3, 5, 11, 12, 13]) {
    const [files] = await use.bucket().getFiles({ maxResults, autoPaginate: true })
    expect(files.slice(0, maxResults).map(({ name }) => name)).toEqual(names.slice(0, maxResults))
    const walked: string[] = []
    let pageToken: string | undefined
    do {
      const [page, next] = await use.bucket().getFiles({
        autoPaginate: false,
        maxResults,
        ...(pageToken !== undefined && { pageToken }),
      })
      expect(page.length).toBeLessThanOrEqual(maxResults)
      walked.push(...page.map(({ name }) => name))
      pageToken = next?.pageToken
    } while (pageToken !== undefined)
    expect(walked).toEqual(names)
  }
})

test('a prefix narrows the list', async () => {
  expect((await list({ prefix: 'a/' })).names).toEqual(['a/1', 'a/2', 'a/b/1', 'a/b/2'])
  expect((await list({ prefix: 'nothing' })).names).toEqual([])
})

test('a delimiter folds names into prefixes', async () => {
  expect(await list({ delimiter: '/' })).toEqual({
    names: ['a', 'b', 'd', 'ü', '\uffff', '😀'],
    prefixes: ['a/', 'c/'],
  })
  expect(await list({ delimiter: '/', prefix: 'a/' })).toEqual({ names: ['a/1', 'a/2'], prefixes: ['a/b/'] })
})

test('a name that is itself a prefix is listed as well when asked for', async () => {
  const { names: found, prefixes } = await list({ delimiter: '/', includeTrailingDelimiter: true })
  expect(found).toContain('c/')
  expect(prefixes).toEqual(['a/', 'c/'])
})

test('offsets bound the list: the start is in it, the end is not', async () => {
  expect((await list({ startOffset: 'a/2', endOffset: 'c/1' })).names).toEqual([
    'a/2',
    'a/b/1',
    'a/b/2',
    'b',
    'c/',
  ])
})

test('pages survive deletions in between', async () => {
  const bucket = use.bucket('closed')
  for (const name of ['1', '2', '3', '4']) await bucket.file(name).save('x', { resumable: false })
  const [, next] = await bucket.getFiles({ autoPaginate: false, maxResults: 2 })
  await bucket.file('2').delete()
  const [rest] = await bucket.getFiles({ autoPaginate: false, ...next })
  expect(rest.map(({ name }) => name)).toEqual(['3', '4'])
})

test('what the emulator cannot list it refuses, instead of listing something else', async () => {
  await expect(use.bucket().getFiles({ softDeleted: true })).rejects.toMatchObject({ code: 501 })
  await expect(list({ matchGlob: '{a' })).rejects.toMatchObject({ code: 400 })
  await expect(list({ matchGlob: '*', delimiter: 'b' })).rejects.toMatchObject({ code: 400 })
  await expect(list({ maxResults: -1 })).rejects.toMatchObject({ code: 400 })
  await expect(list({ pageToken: '!!' })).rejects.toMatchObject({ code: 400 })
})
