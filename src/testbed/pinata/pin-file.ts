import { z } from 'zod'
import type { Exchange } from '../storage/exchange.ts'
import { readBody } from '../storage/request-body.ts'
import type { PinataEmulation } from './emulation.ts'
import { type FormPart, formParts } from './form-parts.ts'
import { refusal } from './pinata-error.ts'
import { sendPinataJson } from './send-pinata-json.ts'

const metadataSchema = z.object({
  name: z.string().nullish(),
  keyvalues: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullish(),
})
const optionsSchema = z.object({ cidVersion: z.union([z.literal(0), z.literal(1)]).default(0) })
/** A form is larger than the file in it, by its other parts. */
const maxFormBytes = 1024 * 1024

/** Handles `POST /pinning/pinFileToIPFS`: a form with a file, `pinataMetadata` and `pinataOptions`. */
export async function pinFile(emulation: PinataEmulation, exchange: Exchange): Promise<void> {
  const { request } = exchange
  const body = await receiveForm(emulation, exchange)
  const parts = formParts(request.headers['content-type'], body)
  const files = parts.filter(({ name }) => name === 'file')
  const [file] = files
  if (file === undefined) throw refusal(400, 'INVALID_FORM', 'The form has no part named file.')
  if (files.length > 1 || file.filename?.includes('../')) {
    throw refusal(400, 'UNSUPPORTED', 'This emulator pins single files, not folders.')
  }
  if (file.bytes.length > emulation.maxFileBytes) throw tooLarge(emulation)
  const { name, keyvalues } = fieldOf(parts, 'pinataMetadata', metadataSchema)
  const { cidVersion } = fieldOf(parts, 'pinataOptions', optionsSchema)
  const { pin, isDuplicate } = await emulation.pins.add(file.bytes, {
    name: name ?? file.filename ?? null,
    keyvalues: keyvalues ?? null,
    contentType: file.contentType ?? 'application/octet-stream',
    cidVersion,
  })
  emulation.counters.uploads++
  emulation.counters.bytesIn += file.bytes.length
  sendPinataJson(exchange, {
    IpfsHash: pin.cid,
    PinSize: pin.size,
    Timestamp: pin.pinnedAt.toISOString(),
    ...(isDuplicate && { isDuplicate }),
  })
}

async function receiveForm(emulation: PinataEmulation, { request }: Exchange): Promise<Buffer> {
  const limit = emulation.maxFileBytes + maxFormBytes
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(emulation)
  const chunks: Buffer[] = []
  let size = 0
  await readBody(request, (chunk) => {
    size += chunk.length
    if (size > limit) throw tooLarge(emulation)
    chunks.push(chunk)
    return undefined
  })
  return Buffer.concat(chunks)
}

function fieldOf<T>(parts: readonly FormPart[], name: string, schema: z.ZodType<T>): T {
  const text = parts.find((part) => part.name === name)?.bytes.toString('utf8') ?? '{}'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refusal(400, 'INVALID_FORM', `${name} is not JSON.`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refusal(400, 'INVALID_FORM', `${name} is not what it has to be.`)
}

const tooLarge = ({ maxFileBytes }: PinataEmulation) =>
  refusal(413, 'FILE_TOO_LARGE', `The file is larger than the limit of ${maxFileBytes} bytes.`)
