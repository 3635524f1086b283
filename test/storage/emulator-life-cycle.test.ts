import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buckets, officialClient, startEmulator } from './storage.fixture.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-test-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('bodies past the memory limit', () => {
  const options = () => ({ memoryLimitBytes: 100_000, spillDirectory: join(folder, 'spill') })

  test('go to files, are read back whole and in part, and leave with their object', async () => {
    const emulator = await startEmulator(options())
    try {
      const bucket = officialClient(emulator.url).bucket(buckets.open)
      const contents = Array.from({ length: 10 }, (_, i) => Buffer.alloc(30_000, `${i}-content`))
      for (const [i, content] of contents.entries())
        await bucket.file(`f${i}`).save(content, { resumable: i % 2 === 1 })
      const { memoryBytes, spilledBytes } = emulator.stats()
      expect(memoryBytes).toBeLessThanOrEqual(100_000)
      expect(memoryBytes + spilledBytes).toBe(300_000)
      for (const [i, content] of contents.entries()) {
        expect((await bucket.file(`f${i}`).download())[0].equals(content)).toBe(true)
        const [part] = await bucket.file(`f${i}`).download({ start: 10_000, end: 10_009 })
        expect(part.equals(content.subarray(10_000, 10_010))).toBe(true)
      }
      await bucket.combine(['f8', 'f9'], 'joined.bin')
      expect((await bucket.file('joined.bin').download())[0].equals(Buffer.concat(contents.slice(8)))).toBe(
        true,
      )
      await bucket.file('f9').copy('copy-of-f9')
      await bucket.file('f9').delete()
      expect((await bucket.file('copy-of-f9').download())[0].equals(contents[9] as Buffer)).toBe(true)
      await bucket.deleteFiles()
      expect(emulator.stats()).toMatchObject({ memoryBytes: 0, spilledBytes: 0, objects: 0 })
    } finally {
      await emulator.stop()
    }
  })

  test('are only for the owner to read while it runs, and all gone when it has stopped', async () => {
    const emulator = await startEmulator(options())
    const bucket = officialClient(emulator.url).bucket(buckets.open)
    await bucket.file('../../escape').save(Buffer.alloc(200_000), { resumable: false })
    const spill = join(folder, 'spill')
    const [own = ''] = await readdir(spill)
    const files = await readdir(join(spill, own))
    expect(files).toEqual(['0'])
    expect((await stat(join(spill, own, '0'))).mode & 0o777).toBe(0o600)
    await emulator.stop()
    expect(await readdir(spill)).toEqual([])
    expect(await readdir(folder)).toEqual(['spill'])
  })
})

describe('stopping', () => {
  test('closes connections that clients keep open, and may be asked for twice', async () => {
    const emulator = await startEmulator()
    const agent = new Agent({ keepAlive: true })
    await new Promise((resolve) =>
      request(emulator.url, { agent }, (answer) => answer.resume().on('end', resolve)).end(),
    )
    await Promise.all([emulator.stop(), emulator.stop()])
    await expect(fetch(emulator.url)).rejects.toThrow()
    agent.destroy()
  })

  test('cuts off what does not end in time', async () => {
    const emulator = await startEmulator({ stopGraceMs: 50 })
    const hanging = request(`${emulator.url}/upload/storage/v1/b/${buckets.open}/o?uploadType=media&name=x`, {
      method: 'POST',
    })
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => hanging.on('error', resolve))
    hanging.write('x')
    while (emulator.stats().inFlight === 0) await new Promise((resolve) => setImmediate(resolve))
    await emulator.stop()
    expect((await failed).code).toBe('ECONNRESET')
    expect(emulator.stats()).toMatchObject({ memoryBytes: 0, objects: 0 })
  })

  test('lets a request under way end', async () => {
    const emulator = await startEmulator({ stopGraceMs: 20_000 })
    const slow = request(`${emulator.url}/upload/storage/v1/b/${buckets.open}/o?uploadType=media&name=x`, {
      method: 'POST',
    })
    const answered = new Promise<number | undefined>((resolve) =>
      slow.on('response', (answer) => resolve(answer.resume().statusCode)),
    )
    slow.write('x')
    while (emulator.stats().inFlight === 0) await new Promise((resolve) => setImmediate(resolve))
    const stopped = emulator.stop()
    slow.end('y')
    expect(await answered).toBe(200)
    await stopped
  })

  test('follows its signal', async () => {
    const controller = new AbortController()
    const emulator = await startEmulator({ signal: controller.signal })
    controller.abort()
    await emulator.stop()
    await expect(fetch(emulator.url)).rejects.toThrow()
    const reason = new Error('not any more')
    await expect(startEmulator({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('starting', () => {
  test('takes a given port, and says when it is taken', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as { port: number }
    await expect(startEmulator({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await new Promise((resolve) => holder.close(resolve))
    const emulator = await startEmulator({ port })
    expect(emulator.url).toBe(`http://127.0.0.1:${port}`)
    await emulator.stop()
  })

  test('refuses a bad bucket name, and a key that is none without quoting it', async () => {
    await expect(startEmulator({ buckets: [{ name: 'A' }] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    const key = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----'
    const error = await startEmulator({ serviceAccounts: [{ clientEmail: 'a@b', key }] }).catch(
      (caught) => caught,
    )
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('c2VjcmV0')
  })
})

test('the counters tell what happened', async () => {
  const emulator = await startEmulator()
  try {
    const file = officialClient(emulator.url).bucket(buckets.open).file('x')
    await file.save('12345', { resumable: false })
    await file.download()
    await file.download()
    await file.exists()
    await fetch(`${emulator.url}/${buckets.open}/none`)
    expect(emulator.stats()).toMatchObject({
      requests: 5,
      errors: 1,
      uploads: 1,
      downloads: 2,
      bytesIn: 5,
      bytesOut: 10,
      inFlight: 0,
      objects: 1,
      memoryBytes: 5,
      spilledBytes: 0,
    })
    expect(emulator.stats().busy).toBeGreaterThan(0)
  } finally {
    await emulator.stop()
  }
})
