import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { useEmulator } from './storage.fixture.ts'

const use = useEmulator()

const awkwardNames = [
  'plain',
  'a/b/c',
  'a?b#c%d',
  '50%25',
  'ünï çødé 😀/日本',
  'quote\'"<>&',
  'sp ace+plus',
  '../../etc/passwd',
  '..hidden',
  'a//b',
  '/',
  '%2e%2e/x',
]

describe('a file saved in one request', () => {
  test.each(awkwardNames)('keeps its name: %s', async (name) => {
    const file = use.bucket().file(name)
    await file.save(`content of ${name}`, { resumable: false })
    expect((await file.download()).toString()).toBe(`content of ${name}`)
    expect((await file.getMetadata())[0].name).toBe(name)
    await file.delete()
  })

  test('is read back with its metadata', async () => {
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
    const [metadata] = await file.getMetadata()
    expect(metadata).toMatchObject({
      bucket: 'open-bucket',
      contentType: 'application/json',
      cacheControl: 'no-store',
      contentDisposition: 'attachment',
      contentLanguage: 'en',
      size: '11',
      metageneration: '1',
      storageClass: 'STANDARD',
      metadata: { owner: 'ünï', count: '3' },
    })
    expect(metadata.md5Hash).toBe('hZDD69j+xt2lRq713h2Z6A==')
  })

  test('replaces the one before it and gets a later generation', async () => {
    const file = use.bucket().file('replaced')
    await file.save('one', { resumable: false })
    const [before] = await file.getMetadata()
    await file.save('two', { resumable: false })
    const [after] = await file.getMetadata()
    expect(Number(after.generation)).toBeGreaterThan(Number(before.generation))
    expect((await file.download()).toString()).toBe('two')
    await expect(
      use
        .bucket()
        .file('replaced', { generation: Number(before.generation) })
        .download(),
    ).rejects.toMatchObject({ code: 404 })
  })

  test('may be empty', async () => {
    const file = use.bucket().file('empty')
    await file.save('', { resumable: false })
    expect((await file.download())[0].length).toBe(0)
    expect((await file.getMetadata())[0].crc32c).toBe('AAAAAA==')
  })

  test('is checked by the client against the MD5 as well', async () => {
    const file = use.bucket().file('checked')
    await file.save('checked', { resumable: false, validation: 'md5' })
    expect((await file.download({ validation: 'md5' }))[0].toString()).toBe('checked')
  })

  test('is stored as compressed by the client, and unpacked for who does not take gzip', async () => {
    const file = use.bucket().file('packed')
    const text = 'compressible '.repeat(1000)
    await file.save(text, { resumable: false, gzip: true, contentType: 'text/plain' })
    expect((await file.getMetadata())[0]).toMatchObject({ contentEncoding: 'gzip' })
    expect((await file.download())[0].toString()).toBe(text)
    const unpacked = await fetch(use.url('/open-bucket/packed'), {
      headers: { 'accept-encoding': 'identity' },
    })
    expect(unpacked.headers.get('content-encoding')).toBeNull()
    expect(await unpacked.text()).toBe(text)
  })

  test('stays packed for everyone under no-transform', async () => {
    const packed = gzipSync('abc')
    await use
      .bucket()
      .file('kept')
      .save(packed, { resumable: false, metadata: { contentEncoding: 'gzip', cacheControl: 'no-transform' } })
    const answer = await fetch(use.url('/open-bucket/kept'), { headers: { 'accept-encoding': 'identity' } })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
  })
})

describe('a file', () => {
  test('is read in part', async () => {
    const file = use.bucket().file('range')
    await file.save('0123456789', { resumable: false })
    const part = async (start: number, end?: number) =>
      (await file.download(end === undefined ? { start } : { start, end }))[0].toString()
    expect(await part(2, 4)).toBe('234')
    expect(await part(7)).toBe('789')
    expect(await part(8, 1000)).toBe('89')
    await expect(part(10)).rejects.toMatchObject({ code: 416 })
  })

  test('changes its metadata: what is not named stays, null takes away', async () => {
    const file = use.bucket().file('patched')
    await file.save('x', {
      resumable: false,
      contentType: 'text/plain',
      metadata: { metadata: { a: '1', b: '2' } },
    })
    const [patched] = await file.setMetadata({ contentType: 'text/html', metadata: { a: null, c: '3' } })
    expect(patched).toMatchObject({
      contentType: 'text/html',
      metageneration: '2',
      metadata: { b: '2', c: '3' },
    })
    expect(patched.metadata).not.toHaveProperty('a')
  })

  test('exists until it is deleted', async () => {
    const file = use.bucket().file('here')
    expect(await file.exists()).toEqual([false])
    await file.save('x', { resumable: false })
    expect(await file.exists()).toEqual([true])
    await file.delete()
    expect(await file.exists()).toEqual([false])
    await expect(file.delete()).rejects.toMatchObject({ code: 404 })
    await expect(file.delete({ ignoreNotFound: true })).resolves.toBeDefined()
  })

  test('is public in a public bucket, and in a private one once made so', async () => {
    const open = use.bucket('open').file('seen')
    const closed = use.bucket('closed').file('unseen')
    for (const file of [open, closed]) await file.save('x', { resumable: false })
    expect(await open.isPublic()).toEqual([true])
    expect(await closed.isPublic()).toEqual([false])
    await closed.makePublic()
    expect(await closed.isPublic()).toEqual([true])
    await closed.makePrivate()
    expect(await closed.isPublic()).toEqual([false])
  })

  test('lists who may read it, and lets that be changed', async () => {
    const file = use.bucket('closed').file('entries')
    await file.save('x', { resumable: false })
    const entities = async () => [(await file.acl.get())[0]].flat().map(({ entity }) => entity)
    expect(await entities()).not.toContain('allUsers')
    await file.acl.add({ entity: 'allUsers', role: 'READER' })
    expect(await entities()).toContain('allUsers')
    expect(await file.isPublic()).toEqual([true])
    await file.acl.delete({ entity: 'allUsers' })
    expect(await file.isPublic()).toEqual([false])
    await expect(file.acl.get({ entity: 'allUsers' })).rejects.toMatchObject({ code: 404 })
  })

  test('can be uploaded as public', async () => {
    const file = use.bucket('closed').file('born-public')
    await file.save('x', { resumable: false, predefinedAcl: 'publicRead' })
    expect(await file.isPublic()).toEqual([true])
    await expect(
      file.save('x', { resumable: false, predefinedAcl: 'nobody' as 'private' }),
    ).rejects.toMatchObject({ code: 400 })
  })

  test('is reached by the links in its metadata', async () => {
    const file = use.bucket('closed').file('linked/to')
    await file.save('x', { resumable: false })
    const [{ mediaLink = '', selfLink = '' }] = await file.getMetadata()
    expect(await (await fetch(mediaLink)).text()).toBe('x')
    expect(await (await fetch(selfLink)).json()).toMatchObject({ name: 'linked/to' })
  })

  test('loses by PUT every setting that is not in it', async () => {
    const file = use.bucket().file('put')
    await file.save('x', {
      resumable: false,
      contentType: 'a/b',
      metadata: { cacheControl: 'no-store', metadata: { a: '1' } },
    })
    const url = use.url('/storage/v1/b/open-bucket/o/put')
    const answer = await fetch(url, { method: 'PUT', body: '{"contentType":"c/d"}' })
    const resource = await answer.json()
    expect(resource).toMatchObject({ contentType: 'c/d', metageneration: '2' })
    expect(resource).not.toHaveProperty('cacheControl')
    expect(resource).not.toHaveProperty('metadata')
  })

  test('is copied with its metadata, or with other, and to another bucket', async () => {
    const source = use.bucket().file('copy/from')
    await source.save('copied', {
      resumable: false,
      contentType: 'text/plain',
      metadata: { metadata: { a: '1' } },
    })
    const [same] = await source.copy(use.bucket().file('copy/to'))
    expect((await same.getMetadata())[0]).toMatchObject({ contentType: 'text/plain', metadata: { a: '1' } })
    const [other] = await source.copy(use.bucket('closed').file('copy/to'), { contentType: 'text/css' })
    expect((await other.getMetadata())[0]).toMatchObject({ contentType: 'text/css', bucket: 'closed-bucket' })
    await source.delete()
    expect((await same.download())[0].toString()).toBe('copied')
    expect((await other.download())[0].toString()).toBe('copied')
  })

  test('is renamed', async () => {
    const file = use.bucket().file('name/old')
    await file.save('moved', { resumable: false })
    await file.move('name/new')
    expect(await file.exists()).toEqual([false])
    expect((await use.bucket().file('name/new').download())[0].toString()).toBe('moved')
    await use.bucket().file('name/new').moveFileAtomic('name/newest')
    expect((await use.bucket().file('name/newest').download())[0].toString()).toBe('moved')
  })

  test('is composed of others, and then has a part count and no MD5', async () => {
    const bucket = use.bucket()
    for (const part of ['one ', 'two ', 'three'])
      await bucket.file(`part/${part}`).save(part, { resumable: false })
    await bucket.combine(['part/one ', 'part/two ', 'part/three'], 'whole.txt')
    const whole = bucket.file('whole.txt')
    expect((await whole.download())[0].toString()).toBe('one two three')
    const [metadata] = await whole.getMetadata()
    expect(metadata).toMatchObject({ componentCount: 3, contentType: 'text/plain' })
    expect(metadata).not.toHaveProperty('md5Hash')
    await expect(bucket.combine(['part/one ', 'absent'], 'x.txt')).rejects.toMatchObject({ code: 404 })
  })

  test('keeps its generations in a versioned bucket', async () => {
    const bucket = use.bucket('versioned')
    const file = bucket.file('v')
    await file.save('one', { resumable: false })
    const generation = Number((await file.getMetadata())[0].generation)
    await file.save('two', { resumable: false })
    await file.delete()
    expect(await file.exists()).toEqual([false])
    expect((await bucket.file('v', { generation }).download())[0].toString()).toBe('one')
    const [versions] = await bucket.getFiles({ versions: true })
    expect(versions.map(({ name }) => name)).toEqual(['v', 'v'])
    await bucket.file('v', { generation }).delete()
    expect((await bucket.getFiles({ versions: true }))[0]).toHaveLength(1)
  })
})

describe('buckets', () => {
  test('are made, described, changed, listed and deleted when empty', async () => {
    const storage = use.storage()
    const [bucket] = await storage.createBucket('made-here', { labels: { a: 'b' } })
    expect(await bucket.exists()).toEqual([true])
    await bucket.setMetadata({ versioning: { enabled: true } })
    expect((await bucket.getMetadata())[0]).toMatchObject({
      name: 'made-here',
      labels: { a: 'b' },
      versioning: { enabled: true },
      metageneration: '2',
    })
    expect((await storage.getBuckets({ prefix: 'made' }))[0].map(({ name }) => name)).toEqual(['made-here'])
    const file = bucket.file('x')
    await file.save('x', { resumable: false })
    await expect(bucket.delete()).rejects.toMatchObject({ code: 409 })
    await bucket.deleteFiles({ versions: true })
    await bucket.delete()
    expect(await bucket.exists()).toEqual([false])
  })

  test('are refused when there already or badly named', async () => {
    await expect(use.storage().createBucket('open-bucket')).rejects.toMatchObject({ code: 409 })
    await expect(use.storage().createBucket('No Good')).rejects.toMatchObject({ code: 400 })
    await expect(
      use.storage().bucket('nowhere').file('x').save('x', { resumable: false }),
    ).rejects.toMatchObject({ code: 404 })
    await expect(use.storage().bucket('nowhere').getFiles()).rejects.toMatchObject({ code: 404 })
  })

  test('become public with everything in them', async () => {
    const [bucket] = await use.storage().createBucket('to-be-public')
    await bucket.file('x').save('x', { resumable: false })
    await bucket.makePublic({ includeFiles: true })
    expect(await bucket.file('x').isPublic()).toEqual([true])
    await bucket.file('later').save('x', { resumable: false })
    expect(await bucket.file('later').isPublic()).toEqual([true])
  })

  test('belong to a project with a service account', async () => {
    const [{ emailAddress }] = await use.storage().getServiceAccount()
    expect(emailAddress).toContain('@')
  })

  test('grant every permission, and become public by policy', async () => {
    const [bucket] = await use.storage().createBucket('policy-bucket')
    const [granted] = await bucket.iam.testPermissions(['storage.objects.create'])
    expect(granted).toEqual({ 'storage.objects.create': true })
    await bucket.file('x').save('x', { resumable: false })
    expect(await bucket.file('x').isPublic()).toEqual([false])
    const [policy] = await bucket.iam.getPolicy()
    policy.bindings.push({ role: 'roles/storage.objectViewer', members: ['allUsers'] })
    await bucket.iam.setPolicy(policy)
    expect(await bucket.file('x').isPublic()).toEqual([true])
  })
})
