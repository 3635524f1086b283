import { parseCid } from '../../crypto/ipfs-cid.ts'
import type { Exchange } from '../emulator/exchange.ts'
import { sendBody } from '../emulator/send-body.ts'
import { notImplemented, ServiceError } from '../emulator/service-error.ts'
import type { PinataEmulation, PinataRight } from './emulation.ts'
import { pinFile } from './pin-file.ts'
import { listPins } from './pin-list.ts'
import { refusal } from './pinata-answers.ts'

/** Routes a request: the pinning API for holders of a JWT, the gateway for anyone. Throws 501 for everything else. */
export async function routePinata(emulation: PinataEmulation, exchange: Exchange): Promise<void> {
  const { method, rawPath } = exchange
  const [, start, action, id = '', ...below] = rawPath.split('/')
  if (start === 'ipfs') return await sendFile(emulation, exchange, rawPath.slice('/ipfs/'.length))
  checkRate(emulation)
  if (below.length > 0) throw notImplemented(`${method} ${rawPath}`)
  switch (`${method} /${start}/${action}`) {
    case 'POST /pinning/pinFileToIPFS':
      authorize(emulation, exchange, 'pinFileToIPFS')
      return await pinFile(emulation, exchange)
    case 'GET /data/pinList':
      authorize(emulation, exchange, 'pinList')
      return listPins(emulation, exchange)
    case 'DELETE /pinning/unpin':
      authorize(emulation, exchange, 'unpin')
      return unpin(emulation, exchange, id)
    default:
      throw notImplemented(`${method} ${rawPath}`)
  }
}

function checkRate({ limitRate }: PinataEmulation): void {
  const seconds = limitRate()
  if (seconds === undefined) return
  throw new ServiceError({
    status: 429,
    reason: 'RATE_LIMITED',
    message: 'Too many requests in this minute.',
    headers: { 'retry-after': String(seconds) },
  })
}

function authorize({ keys }: PinataEmulation, { request }: Exchange, right: PinataRight): void {
  const jwt = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const rights = jwt === undefined ? undefined : keys.get(jwt)
  if (rights === undefined) throw refusal(401, 'INVALID_CREDENTIALS', 'Invalid or missing credentials.')
  if (rights.includes(right)) return
  throw refusal(403, 'NO_SCOPES_FOUND', 'This key does not have the required scopes associated with it.')
}

function unpin({ pins }: PinataEmulation, { response }: Exchange, cid: string): void {
  if (!pins.remove(cid)) {
    const details = `The current user has not pinned the cid: ${cid}`
    throw refusal(400, 'CURRENT_USER_HAS_NOT_PINNED_CID', details)
  }
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': 2 }).end('OK')
}

/** Answers as an IPFS gateway does. */
async function sendFile({ pins, counters }: PinataEmulation, exchange: Exchange, cid: string): Promise<void> {
  const { method } = exchange
  if (method !== 'GET' && method !== 'HEAD') {
    throw refusal(405, 'METHOD_NOT_ALLOWED', 'A gateway only reads.')
  }
  const [root = ''] = cid.split('/')
  if (parseCid(root) === undefined) throw refusal(400, 'INVALID_CID', `invalid cid: ${root}`)
  const pin = pins.find(cid)
  if (pin === undefined) throw refusal(404, 'NOT_FOUND', `ipfs: no file is pinned as ${cid}`)
  await sendBody(exchange, counters, {
    body: pin.body,
    headers: {
      'content-type': pin.contentType,
      'cache-control': 'public, max-age=29030400, immutable',
      etag: `"${cid}"`,
      'accept-ranges': 'bytes',
      'x-ipfs-path': `/ipfs/${cid}`,
      'x-ipfs-roots': cid,
    },
  })
}
