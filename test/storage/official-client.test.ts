import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { useEmulator } from './storage.fixture.ts'

const use = useEmulator()

describe('a file saved in one request', () => {
  it.each([
    ...['plain', 'a/b/c', 'a?b#c%d', '50%25', 'ünï çødé 😀/日本', 'quote\'"<>&', 'sp ace+plus'],
    ...['../../etc/passwd', '..hidden', 'a//b', '/', '%2e%2e/x'],
  ])('keeps its name: %s', async (name) => {
    const file = use.bucket().file(name)
    await file.save(`content of ${name}`, { resumable: false })
    expect((await file.download()).toString()).toBe(`content of ${name}`)
    expect((await file.getMetadata())[0].name).toBe(name)
    await file.delete()
  })

  it('keeps its metadata', async () => {
    const file = use.bucket().file('described.json')
    await file.save('{"hello":1}', {
      resumable: false,
      contentType: 'application/json',
      metadata: {
        cacheControl: 'no-store',
        contentDisposition: 'attachment',
        contentLanguage: 'en',
        metadata: { owner: 'ünï', count: 3 },
      },
    })
    expect((await file.getMetadata())[0]).toMatchObject({
      bucket: 'open-bucket',
      contentType: 'application/json',
      cacheControl: 'no-store',
      contentDisposition: 'attachment',
      contentLanguage: 'en',
      size: '11',
      metageneration: '1',
      md5Hash: 'hZDD69j+xt2lRq713h2Z6A==',
      metadata: { owner: 'ünï', count: '3' },
    })
  })

  it('replaces the file before it, and gets a later generation', async () => {
    const file = use.bucket().file('replaced')
    await file.save('one', { resumable: false })
    const generation = Number((await file.getMetadata())[0].generation)
    await file.save('two', { resumable: false })
    expect(Number((await file.getMetadata())[0].generation)).toBeGreaterThan(generation)
    expect((await file.download()).toString()).toBe('two')
    const before = use.bucket().file('replaced', { generation })
    await expect(before.download()).rejects.toMatchObject({ code: 404 })
  })

  it('may be empty', async () => {
    const file = use.bucket().file('empty')
    await file.save('', { resumable: false })
    expect((await file.download())[0].length).toBe(0)
    expect((await file.getMetadata())[0].crc32c).toBe('AAAAAA==')
  })

  it('is unpacked by the client that compressed it', async () => {
    const file = use.bucket().file('packed')
    const text = 'compressible '.repeat(1000)
    await file.save(text, { resumable: false, gzip: true, contentType: 'text/plain' })
    const [{ contentEncoding, size }] = await file.getMetadata()
    expect(contentEncoding).toBe('gzip')
    expect(Number(size)).toBeLessThan(text.length)
    expect((await file.download())[0].toString()).toBe(text)
  })
})

describe('a file', () => {
  it('is read in part', async () => {
    const file = use.bucket().file('range')
    await file.save('0123456789', { resumable: false })
    const part = async (options: { start: number; end?: number }) =>
      (await file.download(options))[0].toString()
    expect(await part({ start: 2, end: 4 })).toBe('234')
    expect(await part({ start: 7 })).toBe('789')
    expect(await part({ start: 8, end: 1000 })).toBe('89')
    await expect(part({ start: 10 })).rejects.toMatchObject({ code: 416 })
  })

  it.each(['crc32c', 'md5', false] as const)('is streamed with validation %s', async (validation) => {
    const content = randomBytes(700_000)
    const file = use.bucket().file('streamed')
    await file.save(content, { resumable: false, validation })
    expect((await buffer(file.createReadStream({ validation }))).equals(content)).toBe(true)
    expect((await buffer(file.createReadStream({ end: -10 }))).equals(content.subarray(-10))).toBe(true)
  })

  it('changes only the metadata that a patch names, and drops what is null', async () => {
    const file = use.bucket().file('patched')
    const metadata = { cacheControl: 'no-store', metadata: { a: '1', b: '2' } }
    await file.save('x', { resumable: false, contentType: 'text/plain', metadata })
    const [patched] = await file.setMetadata({ contentType: 'text/html', metadata: { a: null, c: '3' } })
    expect(patched).toMatchObject({
      contentType: 'text/html',
      cacheControl: 'no-store',
      metageneration: '2',
    })
    expect(patched.metadata).toEqual({ b: '2', c: '3' })
  })

  it('exists until it is deleted', async () => {
    const file = use.bucket().file('here')
    expect(await file.exists()).toEqual([false])
    await file.save('x', { resumable: false })
    expect(await file.exists()).toEqual([true])
    await file.delete()
    expect(await file.exists()).toEqual([false])
    await expect(file.delete()).rejects.toMatchObject({ code: 404 })
    await expect(file.delete({ ignoreNotFound: true })).resolves.toBeDefined()
  })

  it('is public in a public bucket only', async () => {
    const files = [use.bucket('open').file('seen'), use.bucket('closed').file('unseen')]
    for (const file of files) await file.save('x', { resumable: false })
    expect(await Promise.all(files.map((file) => file.isPublic()))).toEqual([[true], [false]])
  })

  it('is reached by the links in its metadata', async () => {
    const file = use.bucket('closed').file('linked/to')
    await file.save('x', { resumable: false })
    const [{ mediaLink = '', selfLink = '' }] = await file.getMetadata()
    expect(await (await fetch(mediaLink)).text()).toBe('x')
    expect(await (await fetch(selfLink)).json()).toMatchObject({ name: 'linked/to' })
  })
})

describe('files', () => {
  const bucket = () => use.bucket('closed')
  const names = ['a', 'a/1', 'a/2', 'a/b/1', 'b', 'c/1', 'd']
  const saveAll = () =>
    Promise.all(names.map((name) => bucket().file(`list/${name}`).save(name, { resumable: false })))
  const list = async (query: object = {}) => {
    const asked = { autoPaginate: false, ...query, prefix: `list/${'prefix' in query ? query.prefix : ''}` }
    const [files, next, page] = await bucket().getFiles(asked)
    const { prefixes = [] } = page as { prefixes?: string[] }
    const short = (name: string) => name.slice('list/'.length)
    return { names: files.map(({ name }) => short(name)), prefixes: prefixes.map(short), next }
  }

  it('are listed by prefix, delimiter and first name', async () => {
    await saveAll()
    expect((await list()).names).toEqual(names)
    expect((await list({ prefix: 'a/' })).names).toEqual(['a/1', 'a/2', 'a/b/1'])
    expect(await list({ delimiter: '/' })).toMatchObject({ names: ['a', 'b', 'd'], prefixes: ['a/', 'c/'] })
    expect((await list({ startOffset: 'list/b' })).names).toEqual(['b', 'c/1', 'd'])
  })

  it('are listed in pages, which survive deletions in between', async () => {
    await saveAll()
    const first = await list({ maxResults: 2 })
    expect(first.names).toEqual(['a', 'a/1'])
    await bucket().file('list/a/1').delete()
    const rest = await list({ pageToken: first.next?.pageToken })
    expect(rest.names).toEqual(names.slice(2))
  })

  it('are deleted together', async () => {
    await saveAll()
    await bucket().deleteFiles({ prefix: 'list/' })
    expect((await list()).names).toEqual([])
  })

  it.each([
    [400, { maxResults: -1 }],
    [400, { pageToken: '!!' }],
    [501, { softDeleted: true }],
    [501, { matchGlob: '**' }],
    [501, { versions: true }],
  ])('are refused with %i for %j', async (code, query) => {
    await expect(bucket().getFiles(query)).rejects.toMatchObject({ code })
  })
})

describe('a bucket', () => {
  it('is created private, and described', async () => {
    const [bucket] = await use.storage().createBucket('made-here')
    expect(await bucket.exists()).toEqual([true])
    expect((await bucket.getMetadata())[0]).toMatchObject({ name: 'made-here', metageneration: '1' })
    await bucket.file('x').save('x', { resumable: false })
    expect(await bucket.file('x').isPublic()).toEqual([false])
  })

  it('is refused when its name is taken or invalid, or when it does not exist', async () => {
    await expect(use.storage().createBucket('open-bucket')).rejects.toMatchObject({ code: 409 })
    await expect(use.storage().createBucket('No Good')).rejects.toMatchObject({ code: 400 })
    const nowhere = use.storage().bucket('nowhere')
    expect(await nowhere.exists()).toEqual([false])
    await expect(nowhere.file('x').save('x', { resumable: false })).rejects.toMatchObject({ code: 404 })
    await expect(nowhere.getFiles()).rejects.toMatchObject({ code: 404 })
  })

  it('grants every permission', async () => {
    const [granted] = await use.bucket().iam.testPermissions(['storage.objects.create'])
    expect(granted).toEqual({ 'storage.objects.create': true })
  })
})

describe('a call that the emulator does not support', () => {
  const file = () => use.bucket().file('described.json')
  const calls: [string, () => Promise<unknown>][] = [
    ['copy', () => file().copy('other')],
    ['moveFileAtomic', () => file().moveFileAtomic('other')],
    ['combine', () => use.bucket().combine(['a', 'b'], 'c.txt')],
    ['makePublic', () => file().makePublic()],
    ['acl.get', () => file().acl.get()],
    ['iam.getPolicy', () => use.bucket().iam.getPolicy()],
    ['a predefined ACL', () => file().save('x', { resumable: false, predefinedAcl: 'publicRead' })],
    ['a storage class', () => file().save('x', { resumable: false, metadata: { storageClass: 'ARCHIVE' } })],
    ['a temporary hold', () => file().setMetadata({ temporaryHold: true })],
    ['setLabels', () => use.bucket().setLabels({ a: 'b' })],
    ['bucket settings', () => use.storage().createBucket('labelled', { labels: { a: 'b' } })],
    ['bucket.delete', () => use.bucket().delete()],
    ['getBuckets', () => use.storage().getBuckets()],
    ['createHmacKey', () => use.storage().createHmacKey('a@example.org')],
  ]
  it.each(calls)('is refused with 501: %s', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 501 })
  })
})
