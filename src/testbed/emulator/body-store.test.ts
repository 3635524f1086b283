import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { CRC32C } from '@google-cloud/storage'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BodyStore } from './body-store.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'body-store-test-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

it('keeps memory within the limit, and returns every body whole from memory or file', async () => {
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(chunk, { maxLength: 5 }), { maxLength: 8 }),
      fc.nat(200),
      async (uploads, limit) => {
        const store = new BodyStore({ memoryLimitBytes: limit, directory })
        const bodies = []
        for (const chunks of uploads) {
          const writer = store.createWriter()
          for (const each of chunks) {
            await writer.write(each)
            expect(store.memoryBytes).toBeLessThanOrEqual(limit)
          }
          bodies.push(await writer.finish())
        }
        for (const [i, body] of bodies.entries()) {
          const content = Buffer.concat(uploads[i] ?? [])
          expect(body.size).toBe(content.length)
          if (content.length === 0) continue
          expect(await buffer(body.stream(0, content.length - 1))).toEqual(content)
          expect(await buffer(body.stream(content.length >> 1, content.length - 1))).toEqual(
            content.subarray(content.length >> 1),
          )
          const official = new CRC32C()
          official.update(content)
          expect(body.crc32c).toBe(official.valueOf())
        }
        expect(store.memoryBytes + store.spilledBytes).toBe(
          uploads.flat().reduce((sum, each) => sum + each.length, 0),
        )
        for (const body of bodies) body.release()
        expect([store.memoryBytes, store.spilledBytes]).toEqual([0, 0])
        await store.close()
      },
    ),
    { numRuns: 50 },
  )
})

it('keeps a body until its last holder releases it', async () => {
  const store = new BodyStore({ memoryLimitBytes: 0, directory })
  const writer = store.createWriter()
  await writer.write(Buffer.from('held'))
  const body = await writer.finish()
  body.retain()
  body.release()
  expect((await buffer(body.stream(0, 3))).toString()).toBe('held')
  expect(store.spilledBytes).toBe(4)
  body.release()
  expect(store.spilledBytes).toBe(0)
  await store.close()
})

it('frees the bytes and files of a discarded upload', async () => {
  for (const memoryLimitBytes of [0, 100]) {
    const store = new BodyStore({ memoryLimitBytes, directory })
    const writer = store.createWriter()
    await writer.write(Buffer.from('gone'))
    await writer.discard()
    await writer.discard()
    expect([store.memoryBytes, store.spilledBytes]).toEqual([0, 0])
    await store.close()
  }
})

it('makes no folder before a body needs one', async () => {
  const absent = join(directory, 'absent')
  const store = new BodyStore({ memoryLimitBytes: 10, directory: absent })
  await store.createWriter().write(Buffer.from('small'))
  expect(existsSync(absent)).toBe(false)
  await store.close()
})
