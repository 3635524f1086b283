import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { crc32c, crc32cBase64 } from '../../src/crypto/crc32c.ts'
import { buckets, useEmulator } from './storage.fixture.ts'

const use = useEmulator()
const unit = 256 * 1024
const content = randomBytes(5 * unit + 1234)

describe('the official client', () => {
  it.each([undefined, unit, 2 * unit])('streams a file (chunks of %s bytes)', async (chunkSize) => {
    const file = use.bucket().file(`streamed-${chunkSize}`)
    const target = file.createWriteStream({
      resumable: true,
      contentType: 'x/y',
      ...(chunkSize && { chunkSize }),
    })
    await pipeline(Readable.from([content.subarray(0, 1000), content.subarray(1000)]), target)
    expect((await file.download())[0].equals(content)).toBe(true)
    expect((await file.getMetadata())[0].contentType).toBe('x/y')
  })

  it('resumes a broken upload', async () => {
    const file = use.bucket().file('resumed')
    const [uri] = await file.createResumableUpload()
    await breakOff(uri, content.subarray(0, 3 * unit + 77), content.length)
    const offset = await keptBytes(uri)
    expect(offset).toBe(3 * unit)
    const resumeCRC32C = crc32cBase64(crc32c(content.subarray(0, offset)))
    const target = file.createWriteStream({ uri, offset, resumeCRC32C, resumable: true })
    await pipeline(Readable.from([content.subarray(offset)]), target)
    expect((await file.download())[0].equals(content)).toBe(true)
  })

  it('fails to resume an upload that does not exist', async () => {
    const uri = use.url(`/upload/storage/v1/b/${buckets.open}/o?uploadType=resumable&upload_id=none`)
    const target = use.bucket().file('x').createWriteStream({ uri, offset: 0, resumable: true })
    await expect(pipeline(Readable.from(['x']), target)).rejects.toThrow()
  })

  it('saves an empty file', async () => {
    const file = use.bucket().file('empty')
    await file.save('', { resumable: true })
    expect((await file.download())[0]).toHaveLength(0)
  })
})

describe('an upload in parts', () => {
  it('completes with the part that reaches its total, and repeats the answer', async () => {
    const uri = await begin('parts')
    const first = await put(uri, content.subarray(0, 2 * unit), `bytes 0-${2 * unit - 1}/*`)
    expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${2 * unit - 1}`])
    const last = await put(
      uri,
      content.subarray(2 * unit),
      `bytes ${2 * unit}-${content.length - 1}/${content.length}`,
    )
    expect(last.status).toBe(200)
    const resource = await last.json()
    expect(resource).toMatchObject({ name: 'parts', size: String(content.length) })
    const again = await put(uri, undefined, `bytes */${content.length}`)
    expect([again.status, await again.json()]).toEqual([200, resource])
  })

  it('skips bytes that it already has', async () => {
    const uri = await begin('overlap')
    await put(uri, content.subarray(0, 2 * unit), `bytes 0-${2 * unit - 1}/*`)
    const answer = await put(
      uri,
      content.subarray(unit),
      `bytes ${unit}-${content.length - 1}/${content.length}`,
    )
    expect(answer.status).toBe(200)
    expect((await use.bucket().file('overlap').download())[0].equals(content)).toBe(true)
  })

  it('reports no range before its first bytes', async () => {
    const answer = await put(await begin('unstarted'), undefined, 'bytes */*')
    expect([answer.status, answer.headers.get('range')]).toEqual([308, null])
  })

  it('keeps whole units of 256 KiB of a longer part, and refuses a shorter one', async () => {
    const uri = await begin('units')
    const answer = await put(uri, content.subarray(0, unit + 5), `bytes 0-${unit + 4}/*`)
    expect([answer.status, answer.headers.get('range')]).toEqual([308, `bytes=0-${unit - 1}`])
    const short = await put(
      uri,
      content.subarray(unit, unit + 5),
      `bytes ${unit}-${unit + 4}/${content.length}`,
    )
    expect([short.status, await short.text()]).toEqual([
      400,
      expect.stringContaining('equal or greater than 262144'),
    ])
    expect(await keptBytes(uri)).toBe(unit)
  })

  it.each([
    ['a body longer than its range', 'bytes 0-9/20', 11],
    ['a body shorter than its range', 'bytes 0-9/20', 9],
    ['a range past its own total', 'bytes 0-20/20', 21],
    ['a malformed range', 'bytes ten-20/30', 11],
    ['another unit', 'items 0-9/10', 10],
  ])('refuses %s', async (_, range, length) => {
    const answer = await put(await begin('bad'), content.subarray(0, length), range)
    expect(answer.status).toBe(400)
  })

  it('refuses a gap after the kept bytes with 503, as the service does', async () => {
    const answer = await put(await begin('gap'), content.subarray(0, unit), `bytes ${unit}-${2 * unit - 1}/*`)
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining(
        `the upload offset is ${unit} byte(s), which exceeds already uploaded size of 0 byte(s).`,
      ),
    ])
  })

  it('takes the size announced at the start for a part without a total', async () => {
    const uri = await begin('announced', { 'x-upload-content-length': '10' })
    expect((await put(uri, content.subarray(0, 11), 'bytes 0-*/*')).status).toBe(400)
    expect((await put(uri, content.subarray(0, 10), 'bytes 0-9/*')).status).toBe(200)
  })

  it('completes when a status query names the received size as the total', async () => {
    const uri = await begin('asked')
    await put(uri, content.subarray(0, unit), `bytes 0-${unit - 1}/*`)
    expect((await put(uri, undefined, `bytes */${2 * unit}`)).status).toBe(308)
    expect((await put(uri, undefined, `bytes */${unit}`)).status).toBe(200)
  })

  it('is removed when cancelled, which is answered with 499', async () => {
    const uri = await begin('cancelled')
    await put(uri, content.subarray(0, unit), `bytes 0-${unit - 1}/*`)
    const before = use.emulator().stats()
    expect((await fetch(uri, { method: 'DELETE' })).status).toBe(499)
    expect((await put(uri, undefined, 'bytes */*')).status).toBe(404)
    expect((await fetch(uri, { method: 'DELETE' })).status).toBe(404)
    expect(before.memoryBytes - use.emulator().stats().memoryBytes).toBe(unit)
  })

  it('is refused and removed when a checksum does not match', async () => {
    const announced = await begin('wrong', {}, { crc32c: 'AAAAAA==' })
    expect((await put(announced, Buffer.from('abc'), 'bytes 0-2/3')).status).toBe(400)
    expect((await put(announced, undefined, 'bytes */3')).status).toBe(404)
    const inHeader = await begin('wrong')
    const answer = await fetch(inHeader, {
      method: 'PUT',
      body: 'abc',
      headers: { 'content-range': 'bytes 0-2/3', 'x-goog-hash': 'crc32c=AAAAAA==' },
    })
    expect(answer.status).toBe(400)
    expect(await use.bucket().file('wrong').exists()).toEqual([false])
  })

  it('checks its preconditions again when it completes', async () => {
    const uri = await begin('raced', {}, {}, '&ifGenerationMatch=0')
    await use.bucket().file('raced').save('first', { resumable: false })
    expect((await put(uri, Buffer.from('abc'), 'bytes 0-2/3')).status).toBe(412)
    expect((await use.bucket().file('raced').download())[0].toString()).toBe('first')
  })

  it('cuts off a hanging part when its sender returns', async () => {
    const uri = await begin('hanging')
    const hanging = await openPart(uri, content.subarray(0, unit), content.length)
    const closed = once(hanging, 'close')
    expect(await keptBytes(uri)).toBe(unit)
    await closed
    expect(
      (await put(uri, content.subarray(unit), `bytes ${unit}-${content.length - 1}/${content.length}`))
        .status,
    ).toBe(200)
  })
})

/** Starts an upload and returns its URI. */
async function begin(name: string, headers = {}, resource = {}, query = ''): Promise<string> {
  const answer = await fetch(
    use.url(`/upload/storage/v1/b/${buckets.open}/o?uploadType=resumable&name=${name}${query}`),
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(resource),
    },
  )
  expect(answer.status).toBe(200)
  return answer.headers.get('location') ?? ''
}

function put(uri: string, body: Buffer | undefined, range: string): Promise<Response> {
  return fetch(uri, {
    method: 'PUT',
    headers: { 'content-range': range },
    body: body ? new Uint8Array(body) : null,
  })
}

async function keptBytes(uri: string): Promise<number> {
  const { status, headers } = await put(uri, undefined, 'bytes */*')
  expect(status).toBe(308)
  const range = headers.get('range')
  return range === null ? 0 : Number(range.split('-')[1]) + 1
}

/** Sends the beginning of a part and leaves the connection open. */
async function openPart(uri: string, sent: Buffer, total: number) {
  const { hostname, port, pathname, search } = new URL(uri)
  const bytesBefore = use.emulator().stats().bytesIn
  const socket = connect(Number(port), hostname).on('error', () => undefined)
  const head = `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: ${total}\r\n`
  socket.write(`${head}Content-Range: bytes 0-${total - 1}/${total}\r\n\r\n`)
  await new Promise<void>((resolve) => socket.write(sent, () => resolve()))
  await untilReceived(bytesBefore + Math.floor(sent.length / unit) * unit)
  return socket
}

/** Sends the beginning of a part and cuts the connection. */
async function breakOff(uri: string, sent: Buffer, total: number): Promise<void> {
  const socket = await openPart(uri, sent, total)
  socket.destroy()
  await once(socket, 'close')
}

/** Waits until the emulator has received so many bytes. */
async function untilReceived(bytes: number): Promise<void> {
  while (use.emulator().stats().bytesIn < bytes) await new Promise((resolve) => setImmediate(resolve))
}
