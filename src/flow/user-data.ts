import { createHash } from 'node:crypto'
import { faker } from '@faker-js/faker/locale/en'
import { createRandom, type Random } from '../random/random.ts'
import { pick } from './draw.ts'
import { makePerson, type Person } from './person.ts'
import { makeVisit } from './user-activity.ts'
import { drawVisitTimes } from './visit-times.ts'

/** Target sizes of a user's file in bytes, met within 5 %. */
export const dataSizes = { small: 1_000, medium: 10_000, large: 100_000 } as const

/** Size class of a user's file. */
export type DataSize = keyof typeof dataSizes

/** All dates are before this one, so that a seed always gives the same file. */
const referenceDate = '2025-09-01T00:00:00.000Z'
const referenceMs = Date.parse(referenceDate)
const hourMs = 3_600_000
/** How far back the file goes, for users who registered before that. */
const rememberedMs = 365 * 24 * hourMs
/** Time before the writing of the file in which no visit starts. */
const quietMs = 12 * hourMs
/** Shortest time between two visits. */
const pauseMs = hourMs / 2
/** Low estimate of the bytes of a visit, so that more visits are drawn than the file has room for. */
const visitBytes = 1_100

/**
 * Makes the file of one synthetic user: profile with demographics, preferences, activity log and purchase history, in order
 * of time and consistent with each other.
 *
 * Faker creates the person. The entries of the lists are drawn here at a fraction of faker's cost, since they are most of the
 * file and every user needs them.
 *
 * @returns UTF-8 JSON, the same bytes for the same seed, index and size
 * @example makeUserData({ seed: 'run-7', index: 0, size: 'medium' })
 */
export function makeUserData(input: { seed: string; index: number; size: DataSize }): Uint8Array {
  faker.seed(
    createHash('sha256').update(`${input.seed}\u0000data\u0000${input.index}`).digest().readUInt32LE(0),
  )
  faker.setDefaultRefDate(referenceDate)
  const targetBytes = dataSizes[input.size]
  const person = makePerson(referenceMs)
  const random = createRandom(input.seed, 'entries', input.index)
  const head = JSON.stringify(person.head).slice(0, -1)
  const frameBytes =
    Buffer.byteLength(head) + totalsOf(999, 9_999_999).length + ',"activity":[],"purchases":[]}'.length
  const { activity, purchases, cents } = fill(random, person, Math.floor(targetBytes * 1.02) - frameBytes)
  const totals = totalsOf(purchases.length, cents)
  const body = `${head},"activity":[${activity.join(',')}],"purchases":[${purchases.join(',')}]${totals}`
  const missing = targetBytes - Buffer.byteLength(body) - ',"notes":""}'.length
  return Buffer.from(missing > 0 ? `${body},"notes":"${makeNotes(random, missing)}"}` : `${body}}`)
}

/** Totals of the purchases. */
const totalsOf = (purchases: number, cents: number): string =>
  `,"totals":${JSON.stringify({ purchases, spent: cents / 100, currency: 'USD' })}`

/** Creates visits until the file is full; the last one may be truncated. */
function fill(
  random: Random,
  person: Person,
  roomBytes: number,
): { activity: string[]; purchases: string[]; cents: number } {
  const fromMs = Math.max(person.registeredMs, referenceMs - rememberedMs)
  const starts = drawVisitTimes(random, {
    count: Math.ceil(Math.max(roomBytes, 0) / visitBytes) + 1,
    utcOffsetHours: person.utcOffsetHours,
    fromMs,
    toMs: referenceMs - quietMs,
  })
  const filled = { activity: [] as string[], purchases: [] as string[], cents: 0 }
  let left = roomBytes
  let freeMs = 0
  for (const start of starts) {
    const { entries, endsMs } = makeVisit(random, person, Math.max(start, freeMs))
    if (endsMs >= referenceMs) return filled
    freeMs = endsMs + pauseMs
    for (const { json, purchase } of entries) {
      left -= json.length + 1 + (purchase === undefined ? 0 : purchase.json.length + 1)
      if (left < 0) return filled
      filled.activity.push(json)
      if (purchase === undefined) continue
      filled.purchases.push(purchase.json)
      filled.cents += purchase.cents
    }
  }
  return filled
}

const { word: words } = faker.definitions.lorem

/** Returns words of exactly `length` characters, so that files of one size class have the same size. */
function makeNotes(random: Random, length: number): string {
  let notes = pick(random, words)
  while (notes.length < length) notes += ` ${pick(random, words)}`
  return notes.slice(0, length)
}
