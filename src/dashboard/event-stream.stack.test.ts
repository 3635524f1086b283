import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEventStream, type EventStream } from './event-stream.ts'

let stream: EventStream
let server: Server
let wholes: number

beforeEach(async () => {
  wholes = 0
  stream = createEventStream(() => ({ event: 'whole', data: String(++wholes) }))
  server = createServer((_request, response) => void stream.open(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** A page that has requested events and received the first state. It reads no more until it is resumed. */
async function openPage(): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(() => text.includes('whole')).toBe(true)
  socket.pause()
  return { socket, text: () => text }
}

const event = (number: number) => ({ event: 'state', data: `${number} ${'x'.repeat(100_000)}` })

describe('a page that takes no events', () => {
  it('buffers almost nothing, and gets the complete state once it takes events again', async () => {
    const { socket, text } = await openPage()
    for (let number = 0; number < 300; number += 1) {
      stream.send(event(number))
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.resume()
    await expect.poll(() => text().includes('whole\ndata: 2')).toBe(true)
    // 30 MB were sent; the system's own buffers hold a few.
    expect(text().length).toBeLessThan(15_000_000)
    stream.send({ event: 'state', data: 'again' })
    await expect.poll(() => text().includes('again')).toBe(true)
    socket.destroy()
  })

  it('delays neither other pages nor the end', async () => {
    const { socket } = await openPage()
    const other = await openPage()
    other.socket.resume()
    for (let number = 0; number < 100; number += 1) {
      stream.send(event(number))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await stream.end({ event: 'end', data: 'over' })
    expect(stream.listeners()).toBe(0)
    await expect.poll(() => other.text().includes('event: end\ndata: over')).toBe(true)
    socket.destroy()
  })
})
