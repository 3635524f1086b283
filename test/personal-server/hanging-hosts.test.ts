import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Agent } from 'undici'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { fetchFile } from '../../src/testbed/personal-server/fetch-file.ts'
import { fetchGrantFile } from '../../src/testbed/personal-server/grant-file.ts'
import { createHttpGet, httpTimeoutMs } from '../../src/testbed/personal-server/http-get.ts'

const dispatcher = new Agent()
const { signal } = new AbortController()
const httpGet = createHttpGet({ dispatcher, signal, timeoutMs: 200 })
const readIpfs = async (): Promise<never> => Promise.reject(new Error('not asked'))
const sockets: Socket[] = []
const closers: (() => void)[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const close of closers.splice(0)) close()
})
afterAll(() => dispatcher.destroy())

/** A host that sends the beginning of an answer and then nothing. */
const hangingHost = async (beginning: string): Promise<string> => {
  const host = createServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    socket.once('data', () => socket.write(beginning))
  })
  await once(host.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => host.close())
  const { port } = host.address() as AddressInfo
  return `http://127.0.0.1:${port}/f`
}
const startOfBody = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc'

// The original waits 10 s for each; these tests use a shorter limit.
describe('4. File handling: hosts that hang', () => {
  it('have a limit of 10 s', () => {
    expect(httpTimeoutMs).toBe(10_000)
  })

  it.each([
    ['before the head', ''],
    ['within the body', startOfBody],
  ])('fail the download of a file when they stop %s', async (_name, beginning) => {
    const url = await hangingHost(beginning)
    await expect(fetchFile({ httpGet, readIpfs, limitBytes: 1000 }, url)).rejects.toThrow(
      /^Request error downloading from .*Timeout/,
    )
  })

  it.each([
    ['before the head', ''],
    ['within the body', startOfBody],
  ])('fail the fetch of a grant when they stop %s', async (_name, beginning) => {
    const url = await hangingHost(beginning)
    const start = `IPFS error retrieving grant file from ${url}: Error fetching ${url}: `
    await expect(fetchGrantFile({ httpGet, readIpfs }, url)).rejects.toMatchObject({
      code: 'FILE_ACCESS_ERROR',
      message: expect.stringContaining(start),
    })
  })
})
