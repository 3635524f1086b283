import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { TransferManager } from '@google-cloud/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { account, buckets, officialClient, useEmulator } from './storage.fixture.ts'

// Operations of the official client that no flow uses.

const use = useEmulator()
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-client-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('streams', () => {
  test('are read with validation, whole and in part', async () => {
    const content = randomBytes(700_000)
    const file = use.bucket().file('streamed')
    await file.save(content, { resumable: false })
    for (const validation of ['crc32c', 'md5', false] as const)
      expect((await buffer(file.createReadStream({ validation }))).equals(content)).toBe(true)
    const part = await buffer(file.createReadStream({ start: 300_000, end: 300_009 }))
    expect(part.equals(content.subarray(300_000, 300_010))).toBe(true)
    expect((await buffer(file.createReadStream({ end: -10 }))).equals(content.subarray(-10))).toBe(true)
  })

  test('are written in small chunks', async () => {
    const content = randomBytes(1_000_000)
    const path = join(folder, 'chunks.bin')
    await writeFile(path, content)
    const file = use.bucket().file('in-chunks')
    const progress: number[] = []
    const stream = file.createWriteStream({ resumable: true, chunkSize: 256 * 1024, validation: 'md5' })
    stream.on('progress', ({ bytesWritten }) => progress.push(bytesWritten))
    await pipeline(createReadStream(path), stream)
    expect((await file.download())[0].equals(content)).toBe(true)
    expect(progress.length).toBeGreaterThan(3)
  })

  test('go on where a broken connection left them', async () => {
    const content = randomBytes(2_000_000)
    const path = join(folder, 'faulty.bin')
    await writeFile(path, content)
    const proxy = await startBreakingProxy(use.emulator().port, 700_000)
    const storage = officialClient(proxy.url, account)
    Object.assign(storage.retryOptions, {
      autoRetry: true,
      maxRetries: 5,
      maxRetryDelay: 1,
      retryDelayMultiplier: 1,
    })
    const file = storage.bucket(buckets.open).file('broken-and-mended')
    await pipeline(
      createReadStream(path),
      file.createWriteStream({
        resumable: true,
        chunkSize: 512 * 1024,
        preconditionOpts: { ifGenerationMatch: 0 },
      }),
    )
    await proxy.stop()
    expect(proxy.broken()).toBe(1)
    expect((await use.bucket().file('broken-and-mended').download())[0].equals(content)).toBe(true)
  }, 30_000)
})

describe('an upload of 20 MB', () => {
  test('goes on from a saved URI in another process’s place', async () => {
    const content = randomBytes(20_000_000)
    const path = join(folder, 'large.bin')
    await writeFile(path, content)
    const file = use.bucket().file('resumed')
    const [uri] = await file.createResumableUpload({ metadata: { contentType: 'x/large' } })
    const kept = 5 * 2 ** 20
    const part = await fetch(uri, {
      method: 'PUT',
      headers: { 'content-range': `bytes 0-${kept - 1}/${content.length}` },
      body: content.subarray(0, kept),
    })
    expect(part.status).toBe(308)
    await use.bucket().upload(path, { destination: file, resumable: true, uri, validation: false })
    expect((await file.download())[0].equals(content)).toBe(true)
    expect((await file.getMetadata())[0]).toMatchObject({ contentType: 'x/large', size: '20000000' })
  }, 30_000)
})

describe('files', () => {
  const many = async (prefix: string, count: number) => {
    const names = Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(3, '0')}`)
    await Promise.all(names.map((name) => use.bucket('closed').file(name).save(name, { resumable: false })))
    return names
  }

  test('are streamed page by page, and deleted together', async () => {
    const names = await many('stream/', 25)
    const found: string[] = []
    const stream = use
      .bucket('closed')
      .getFilesStream({ prefix: 'stream/', maxResults: 25, autoPaginate: true })
    for await (const file of stream) found.push(file.name)
    expect(found).toEqual(names)
    await use.bucket('closed').deleteFiles({ prefix: 'stream/' })
    expect((await use.bucket('closed').getFiles({ prefix: 'stream/' }))[0]).toEqual([])
  })

  test('are listed by pattern, by offsets, and with the fields asked for', async () => {
    for (const name of ['g/a.txt', 'g/b.json', 'g/d/c.txt', 'g/ä.txt', 'g/x1', 'g/x2'])
      await use.bucket('closed').file(name).save('x', { resumable: false })
    const list = async (query: object) =>
      (await use.bucket('closed').getFiles({ prefix: 'g/', ...query }))[0].map(({ name }) => name)
    expect(await list({ matchGlob: 'g/*.txt' })).toEqual(['g/a.txt', 'g/ä.txt'])
    expect(await list({ matchGlob: '**.txt' })).toEqual(['g/a.txt', 'g/d/c.txt', 'g/ä.txt'])
    expect(await list({ matchGlob: 'g/{x[1-9],b.*}' })).toEqual(['g/b.json', 'g/x1', 'g/x2'])
    expect(await list({ matchGlob: 'g/?.json' })).toEqual(['g/b.json'])
    expect(await list({ matchGlob: 'g/x[!1]' })).toEqual(['g/x2'])
    expect(await list({ startOffset: 'g/x1', endOffset: 'g/x2' })).toEqual(['g/x1'])
    const [[file]] = await use.bucket('closed').getFiles({ prefix: 'g/a', fields: 'items(name,size)' })
    expect(file).toEqual({ name: 'g/a.txt', size: '1' })
  })

  test('keep every generation apart, also in pages of one', async () => {
    const file = use.bucket('versioned').file('many-lives')
    for (const text of ['1', '2', '3']) await file.save(text, { resumable: false })
    const generations: string[] = []
    let query: object | null = { prefix: 'many-lives', versions: true, maxResults: 1, autoPaginate: false }
    while (query !== null) {
      const page: [{ metadata: { generation?: unknown } }[], object | null, unknown] = await use
        .bucket('versioned')
        .getFiles(query)
      expect(page[0]).toHaveLength(1)
      generations.push(...page[0].map(({ metadata }) => String(metadata.generation)))
      query = page[1]
    }
    expect(generations).toHaveLength(3)
    expect([...generations].sort()).toEqual(generations)
    const read = async (generation: string | undefined) =>
      String(
        await use
          .bucket('versioned')
          .file('many-lives', { generation: Number(generation) })
          .download(),
      )
    expect(await Promise.all(generations.map(read))).toEqual(['1', '2', '3'])
    const [metadata] = await use
      .bucket('versioned')
      .file('many-lives', { generation: Number(generations[0]) })
      .getMetadata()
    expect(metadata).toMatchObject({ generation: generations[0], timeDeleted: expect.any(String) })
  })

  test('change their storage class by a rewrite, in several calls when asked to', async () => {
    const file = use.bucket().file('cooler')
    await file.save(randomBytes(2_500_000), { resumable: false, metadata: { metadata: { a: '1' } } })
    await file.setStorageClass('nearline')
    expect((await file.getMetadata())[0]).toMatchObject({ storageClass: 'NEARLINE' })
    const path = '/storage/v1/b/open-bucket/o/cooler/rewriteTo/b/open-bucket/o/coldest'
    const rewrite = async (query: string, body = '{"storageClass":"ARCHIVE"}') => {
      const answer = await fetch(use.url(`${path}?${query}`), { method: 'POST', body })
      return { status: answer.status, json: (await answer.json()) as Record<string, string> }
    }
    const limit = 'maxBytesRewrittenPerCall=1048576'
    const first = await rewrite(limit)
    expect(first.json).toMatchObject({ done: false, totalBytesRewritten: '1048576', objectSize: '2500000' })
    expect(await use.bucket().file('coldest').exists()).toEqual([false])
    const token = (json: Record<string, string>) => `rewriteToken=${json.rewriteToken}`
    const second = await rewrite(`${limit}&${token(first.json)}`)
    expect(second.json).toMatchObject({ done: false, totalBytesRewritten: '2097152' })
    expect((await rewrite(`${limit}&${token(first.json)}`)).status).toBe(400)
    // As the client does it: the token says everything.
    const third = await rewrite(token(second.json), '{}')
    expect(third.json).toMatchObject({ done: true, totalBytesRewritten: '2500000' })
    expect((await use.bucket().file('coldest').getMetadata())[0].storageClass).toBe('ARCHIVE')
    expect((await rewrite('maxBytesRewrittenPerCall=1000')).status).toBe(400)
    await expect(file.setStorageClass('lukewarm')).rejects.toMatchObject({ code: 400 })
  })

  test('are renamed, moved into another bucket, and not restored', async () => {
    const file = use.bucket().file('here')
    await file.save('moving', { resumable: false })
    await file.rename('there')
    await use.bucket().file('there').move(use.bucket('closed').file('elsewhere'))
    expect(String(await use.bucket('closed').file('elsewhere').download())).toBe('moving')
    expect(await use.bucket().file('there').exists()).toEqual([false])
    await expect(use.bucket().file('there').restore({ generation: 1 })).rejects.toMatchObject({ code: 501 })
    await expect(
      use
        .bucket('closed')
        .file('elsewhere')
        .moveFileAtomic('taken', { preconditionOpts: { ifGenerationMatch: 7 } }),
    ).rejects.toMatchObject({ code: 412 })
  })

  test('have a custom time that only grows', async () => {
    const file = use.bucket().file('timed')
    await file.save('x', { resumable: false, metadata: { customTime: '2026-03-01T12:00:00+01:00' } })
    expect((await file.getMetadata())[0].customTime).toBe('2026-03-01T11:00:00.000Z')
    await file.setMetadata({ customTime: '2026-04-01T00:00:00Z' })
    await expect(file.setMetadata({ customTime: '2026-03-31T00:00:00Z' })).rejects.toMatchObject({
      code: 400,
    })
  })

  test('are carried in numbers by the transfer manager', async () => {
    const transfers = new TransferManager(use.bucket('closed'))
    const paths = await Promise.all(
      ['one', 'two', 'three'].map(async (name) => {
        const path = join(folder, `${name}.txt`)
        await writeFile(path, name)
        return path
      }),
    )
    await transfers.uploadManyFiles(paths, { prefix: 'fleet', passthroughOptions: { resumable: false } })
    const [files] = await use.bucket('closed').getFiles({ prefix: 'fleet/' })
    expect(files).toHaveLength(3)
    const content = randomBytes(3_000_000)
    await use.bucket('closed').file('sliced').save(content, { resumable: false })
    const destination = join(folder, 'sliced.out')
    await transfers.downloadFileInChunks('sliced', {
      destination,
      chunkSizeBytes: 1_000_000,
      validation: 'crc32c',
    })
    expect((await readFile(destination)).equals(content)).toBe(true)
  })
})

describe('access', () => {
  test('is listed as it was given, to objects, buckets and new objects', async () => {
    const [bucket] = await use.storage().createBucket('access-bucket')
    const file = bucket.file('x')
    await file.save('x', { resumable: false })
    await file.acl.add({ entity: 'user-a@example.org', role: 'OWNER' })
    await file.acl.update({ entity: 'user-a@example.org', role: 'READER' })
    expect((await file.acl.get({ entity: 'user-a@example.org' }))[0]).toMatchObject({ role: 'READER' })
    await expect(file.acl.delete({ entity: 'user-b@example.org' })).rejects.toMatchObject({ code: 404 })
    await expect(file.acl.add({ entity: 'somebody', role: 'READER' })).rejects.toMatchObject({ code: 400 })
    await bucket.acl.add({ entity: 'allAuthenticatedUsers', role: 'READER' })
    const entities = async (list: typeof bucket.acl) =>
      [(await list.get())[0]].flat().map(({ entity }) => entity)
    expect(await entities(bucket.acl)).toContain('allAuthenticatedUsers')
    await bucket.acl.default.add({ entity: 'domain-example.org', role: 'READER' })
    await bucket.file('later').save('x', { resumable: false })
    expect(await entities(bucket.file('later').acl)).toContain('domain-example.org')
    expect(await entities(file.acl)).not.toContain('domain-example.org')
  })

  test('by list counts for nothing under uniform access, and is refused', async () => {
    const [bucket] = await use.storage().createBucket('uniform-bucket')
    await bucket.file('x').save('x', { resumable: false, predefinedAcl: 'publicRead' })
    expect(await bucket.file('x').isPublic()).toEqual([true])
    await bucket.setMetadata({ iamConfiguration: { uniformBucketLevelAccess: { enabled: true } } })
    expect(await bucket.file('x').isPublic()).toEqual([false])
    await expect(bucket.file('x').makePublic()).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('when uniform bucket-level access is enabled'),
    })
  })

  test('is never public where that is prevented', async () => {
    const [bucket] = await use.storage().createBucket('prevented-bucket')
    await bucket.file('x').save('x', { resumable: false, public: true })
    await bucket.setMetadata({ iamConfiguration: { publicAccessPrevention: 'enforced' } })
    expect(await bucket.file('x').isPublic()).toEqual([false])
    await expect(bucket.file('x').makePublic()).rejects.toMatchObject({ code: 412 })
  })

  test('by policy is given back as it was set, and not when it changed in between', async () => {
    const [bucket] = await use.storage().createBucket('bound-bucket')
    const [policy] = await bucket.iam.getPolicy()
    policy.bindings.push({ role: 'roles/storage.objectCreator', members: ['user:a@example.org'] })
    await bucket.iam.setPolicy(policy)
    expect((await bucket.iam.getPolicy())[0].bindings).toEqual(policy.bindings)
    await expect(bucket.iam.setPolicy(policy)).rejects.toMatchObject({ code: 412 })
  })
})

describe('buckets', () => {
  test('merge changes into what they have, and null takes away', async () => {
    const [bucket] = await use
      .storage()
      .createBucket('merged-bucket', { labels: { a: '1', b: '2' }, location: 'eu' })
    await bucket.setLabels({ c: '3' })
    await bucket.deleteLabels('a')
    expect(await bucket.getLabels()).toEqual([{ b: '2', c: '3' }])
    await bucket.setCorsConfiguration([{ origin: ['*'], method: ['GET'] }])
    await bucket.setStorageClass('nearline')
    expect((await bucket.getMetadata())[0]).toMatchObject({
      location: 'EU',
      storageClass: 'NEARLINE',
      cors: [{ origin: ['*'], method: ['GET'] }],
      iamConfiguration: { publicAccessPrevention: 'inherited' },
    })
  })

  test('come in pages', async () => {
    for (const name of ['paged-1', 'paged-2', 'paged-3']) await use.storage().createBucket(name)
    const [all] = await use.storage().getBuckets({ prefix: 'paged-' })
    expect(all.map(({ name }) => name)).toEqual(['paged-1', 'paged-2', 'paged-3'])
    const [page, next] = await use
      .storage()
      .getBuckets({ prefix: 'paged-', maxResults: 2, autoPaginate: false })
    expect([page.length, next]).toMatchObject([2, { pageToken: expect.any(String) }])
  })

  test('refuse what they could not keep: retention, notifications', async () => {
    await expect(use.bucket().setRetentionPeriod(60)).rejects.toMatchObject({ code: 501 })
    await expect(use.bucket().createNotification('topic')).rejects.toMatchObject({ code: 501 })
    await expect(use.storage().createHmacKey('a@example.org')).rejects.toMatchObject({ code: 501 })
  })

  test('are listed by a signed URL', async () => {
    await use.bucket('closed').file('by-url').save('x', { resumable: false })
    const [url] = await use.bucket('closed').getSignedUrl({
      version: 'v4',
      action: 'list',
      expires: Date.now() + 60_000,
      queryParams: { prefix: 'by-' },
    })
    const answer = await fetch(url)
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<Key>by-url</Key>')])
    expect((await fetch(use.url(`/${buckets.closed}`))).status).toBe(403)
    expect(await fetch(url.replace('prefix=by-', 'prefix=')).then((other) => other.text())).toContain(
      '<Code>SignatureDoesNotMatch</Code>',
    )
  })
})

test('a form with a signed policy is refused by name', async () => {
  const [{ url, fields }] = await use
    .bucket()
    .file('by-form')
    .generateSignedPostPolicyV4({ expires: Date.now() + 60_000 })
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob(['x']))
  const answer = await fetch(url, { method: 'POST', body: form })
  expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('POST policies')])
})

/** A proxy that cuts its first large connection after so many bytes. */
async function startBreakingProxy(port: number, afterBytes: number) {
  let broken = 0
  const sockets = new Set<Socket>()
  const server: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    let bytes = 0
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
    }
    upstream.pipe(client)
    client.on('data', (chunk) => {
      bytes += chunk.length
      if (broken === 0 && bytes > afterBytes) {
        broken += 1
        client.destroy()
      } else upstream.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    broken: () => broken,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
