import { z } from 'zod'
import type { Exchange } from '../emulator/exchange.ts'
import type { PinataEmulation } from './emulation.ts'
import { refusal, sendPinataJson } from './pinata-answers.ts'
import type { Pin } from './pins.ts'

/** The SDK sends the value alone; Pinata's own form also names the comparison. */
const conditionSchema = z.union([
  z.string().transform((value) => ({ value })),
  z.object({ value: z.coerce.string(), op: z.literal('eq').optional() }),
])
const conditionsSchema = z.record(z.string(), conditionSchema)
const metadataSchema = z.object({ name: z.string().optional(), keyvalues: conditionsSchema.optional() })
type Conditions = z.output<typeof conditionsSchema>

/** Handles `GET /data/pinList`: a page of the pins, the latest first, filtered by name and key values. */
export function listPins({ pins }: PinataEmulation, exchange: Exchange): void {
  const { query } = exchange
  const pageLimit = wholeNumber(query, 'pageLimit', { otherwise: 10, min: 1, max: 1000 })
  const pageOffset = wholeNumber(query, 'pageOffset', { otherwise: 0, min: 0, max: Number.MAX_SAFE_INTEGER })
  const metadata = jsonOf(query, 'metadata', metadataSchema)
  const name = query.get('metadata[name]') ?? metadata?.name ?? ''
  const conditions = jsonOf(query, 'metadata[keyvalues]', conditionsSchema) ?? metadata?.keyvalues ?? {}
  const matching = pins.latestFirst().filter((pin) => pin.name.includes(name) && holds(pin, conditions))
  sendPinataJson(exchange, {
    count: matching.length,
    rows: matching.slice(pageOffset, pageOffset + pageLimit).map(toRow),
  })
}

const holds = ({ keyvalues }: Pin, conditions: Conditions): boolean =>
  Object.entries(conditions).every(([key, { value }]) => {
    return keyvalues !== null && Object.hasOwn(keyvalues, key) && String(keyvalues[key]) === value
  })

function toRow({ id, cid, size, pinnedAt, name, keyvalues }: Pin) {
  return {
    id,
    ipfs_pin_hash: cid,
    size,
    user_id: '00000000-0000-4000-8000-000000000000',
    date_pinned: pinnedAt.toISOString(),
    date_unpinned: null,
    metadata: { name, keyvalues },
    regions: [{ regionId: 'FRA1', currentReplicationCount: 1, desiredReplicationCount: 1 }],
  }
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  { otherwise, min, max }: { otherwise: number; min: number; max: number },
): number {
  const text = query.get(name) ?? String(otherwise)
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw refusal(400, 'INVALID_QUERY', `${name} must be a whole number from ${min} to ${max}.`)
}

function jsonOf<T>(query: URLSearchParams, name: string, schema: z.ZodType<T>): T | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw refusal(400, 'INVALID_QUERY', `${name} is not valid.`)
  }
}
