import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buckets, officialClient, startEmulator } from './storage.fixture.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-test-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('bodies above the memory limit', () => {
  const options = () => ({ memoryLimitBytes: 100_000, spillDirectory: join(folder, 'spill') })

  it('go to files, are read whole and in part, and are removed with their object', async () => {
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
      await bucket.deleteFiles()
      expect(emulator.stats()).toMatchObject({ memoryBytes: 0, spilledBytes: 0, objects: 0 })
    } finally {
      await emulator.stop()
    }
  })

  it('are readable only by the owner, and removed when the emulator stops', async () => {
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
  it('closes kept-alive connections, and may be called twice', async () => {
    const emulator = await startEmulator()
    const agent = new Agent({ keepAlive: true })
    await new Promise((resolve) =>
      request(emulator.url, { agent }, (answer) => answer.resume().on('end', resolve)).end(),
    )
    await Promise.all([emulator.stop(), emulator.stop()])
    await expect(fetch(emulator.url)).rejects.toThrow()
    agent.destroy()
  })

  it('cuts off a request that exceeds the grace period', async () => {
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

  it('lets a request in flight finish', async () => {
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

  it('follows an abort signal', async () => {
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
  it('uses a given port, and reports when it is in use', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as { port: number }
    await expect(startEmulator({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await new Promise((resolve) => holder.close(resolve))
    const emulator = await startEmulator({ port })
    expect(emulator.url).toBe(`http://127.0.0.1:${port}`)
    await emulator.stop()
  })

  it('refuses an invalid bucket name or key, without quoting the key', async () => {
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

it('stats count requests, bytes and objects', async () => {
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
