import { parseCid } from '../../crypto/ipfs-cid.ts'
import type { Exchange } from '../storage/exchange.ts'
import { sendBody } from '../storage/send-body.ts'
import type { PinataEmulation, PinataRight } from './emulation.ts'
import { pinFile } from './pin-file.ts'
import { listPins } from './pin-list.ts'
import { refusal } from './pinata-error.ts'
import { sendPinataJson } from './send-pinata-json.ts'

/** Finds the handler of a request and runs it: the pinning API for whoever has a JWT, the gateway for anyone. */
export async function routePinata(emulation: PinataEmulation, exchange: Exchange): Promise<void> {
  const { method, rawPath } = exchange
  const [, room, name, ...rest] = rawPath.split('/')
  if (room === 'ipfs') return await sendFile(emulation, exchange, name ?? '', rest)
  checkRate(emulation)
  const place = `${method} /${room}/${name}`
  if (place === 'POST /pinning/pinFileToIPFS') {
    authorize(emulation, exchange, 'pinFileToIPFS')
    return await pinFile(emulation, exchange)
  }
  if (place === 'GET /data/pinList') {
    authorize(emulation, exchange, 'pinList')
    return listPins(emulation, exchange)
  }
  if (place === 'DELETE /pinning/unpin' && rest.length === 1) {
    authorize(emulation, exchange, 'unpin')
    return unpin(emulation, exchange, rest[0] ?? '')
  }
  if (place === 'GET /data/testAuthentication') {
    authorize(emulation, exchange)
    return sendPinataJson(exchange, {
      message: 'Congratulations! You are communicating with the Pinata API!',
    })
  }
  throw refusal(404, 'NOT_FOUND', `There is no ${method} ${rawPath} in this emulator.`)
}

function checkRate({ limitRate }: PinataEmulation): void {
  const seconds = limitRate()
  if (seconds === undefined) return
  throw refusal(429, 'RATE_LIMITED', 'Too many requests in this minute.', {
    'retry-after': String(seconds),
  })
}

function authorize({ keys }: PinataEmulation, { request }: Exchange, right?: PinataRight): void {
  const jwt = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const rights = jwt === undefined ? undefined : keys.get(jwt)
  if (rights === undefined) throw refusal(401, 'INVALID_CREDENTIALS', 'Invalid or missing credentials.')
  if (right === undefined || rights.includes(right)) return
  throw refusal(403, 'NO_SCOPES_FOUND', 'This key does not have the required scopes associated with it.')
}

function unpin({ pins }: PinataEmulation, { response }: Exchange, cid: string): void {
  if (!pins.remove(cid)) {
    const details = `The current user has not pinned the cid: ${cid}`
    throw refusal(400, 'CURRENT_USER_HAS_NOT_PINNED_CID', details)
  }
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': 2 }).end('OK')
}

async function sendFile(
  { pins, counters }: PinataEmulation,
  exchange: Exchange,
  cid: string,
  below: readonly string[],
): Promise<void> {
  const { method, request, response } = exchange
  if (method !== 'GET' && method !== 'HEAD') {
    throw refusal(405, 'METHOD_NOT_ALLOWED', 'A gateway only reads.', { allow: 'GET, HEAD' })
  }
  if (parseCid(cid) === undefined) throw refusal(400, 'INVALID_CID', `invalid cid: ${cid}`)
  const pin = pins.find(cid)
  if (pin === undefined || below.some((part) => part !== '')) {
    throw refusal(404, 'NOT_FOUND', `ipfs: no file is pinned as ${exchange.rawPath.slice('/ipfs/'.length)}`)
  }
  const etag = `"${cid}"`
  const lasting = { etag, 'cache-control': 'public, max-age=29030400, immutable' }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, lasting).end()
    return
  }
  await sendBody(exchange, counters, pin.body, {
    ...lasting,
    'content-type': pin.contentType,
    'x-ipfs-path': `/ipfs/${cid}`,
    'x-ipfs-roots': cid,
  })
}
