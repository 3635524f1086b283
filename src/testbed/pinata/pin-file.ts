import { z } from 'zod'
import type { Exchange } from '../emulator/exchange.ts'
import { maxJsonBytes, readWhole } from '../emulator/read-body.ts'
import type { PinataEmulation } from './emulation.ts'
import { refusal, sendPinataJson } from './pinata-answers.ts'

const metadataSchema = z.object({
  name: z.string().nullish(),
  keyvalues: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullish(),
})
const optionsSchema = z.object({ cidVersion: z.union([z.literal(0), z.literal(1)]).default(0) })

/** Handles `POST /pinning/pinFileToIPFS`: a form with a file, `pinataMetadata` and `pinataOptions`. */
export async function pinFile(emulation: PinataEmulation, exchange: Exchange): Promise<void> {
  const { pins, counters, maxFileBytes } = emulation
  const tooLarge = refusal(
    413,
    'FILE_TOO_LARGE',
    `The file is larger than the limit of ${maxFileBytes} bytes.`,
  )
  // A form is larger than the file in it, by its other fields.
  const body = await readWhole(exchange.request, maxFileBytes + maxJsonBytes, tooLarge)
  const form = await formOf(exchange, body)
  const [file, ...others] = form.getAll('file')
  if (!(file instanceof File)) throw refusal(400, 'INVALID_FORM', 'The form has no file named file.')
  if (others.length > 0) {
    throw refusal(400, 'UNSUPPORTED', 'This emulator pins single files, not folders.')
  }
  if (file.size > maxFileBytes) throw tooLarge
  const { name, keyvalues } = fieldOf(form, 'pinataMetadata', metadataSchema)
  const { cidVersion } = fieldOf(form, 'pinataOptions', optionsSchema)
  const { pin, isDuplicate } = await pins.add(Buffer.from(await file.arrayBuffer()), {
    name: name ?? file.name,
    keyvalues: keyvalues ?? null,
    contentType: file.type || 'application/octet-stream',
    cidVersion,
  })
  counters.uploads++
  counters.bytesIn += file.size
  sendPinataJson(exchange, {
    IpfsHash: pin.cid,
    PinSize: pin.size,
    Timestamp: pin.pinnedAt.toISOString(),
    isDuplicate: isDuplicate || undefined,
  })
}

async function formOf({ request }: Exchange, body: Buffer): Promise<FormData> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  try {
    return await new Response(new Uint8Array(body), { headers }).formData()
  } catch {
    throw refusal(400, 'INVALID_FORM', 'The request is not a complete multipart form.')
  }
}

function fieldOf<T>(form: FormData, name: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(String(form.get(name) ?? '{}')))
  } catch {
    throw refusal(400, 'INVALID_FORM', `${name} is not valid.`)
  }
}
