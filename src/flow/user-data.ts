import { createHash } from 'node:crypto'
import { faker } from '@faker-js/faker/locale/en'

/** Sizes of a user's file in bytes; what is made lies within 5 % of them. */
export const dataSizes = { small: 1_000, medium: 10_000, large: 100_000 } as const

/** Size class of a user's file. */
export type DataSize = keyof typeof dataSizes

/** All dates lie before this one, so that a seed gives the same file at any time. */
const referenceDate = '2025-09-01T00:00:00.000Z'

/**
 * Makes the file of one synthetic user: profile with demographics, preferences, activity log and purchase history.
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
  const head = { profile: makeProfile(), preferences: makePreferences() }
  const activity: string[] = []
  const purchases: string[] = []
  const frame = JSON.stringify({ ...head, activity: [], purchases: [] })
  let bytes = Buffer.byteLength(frame)
  for (let turn = 0; ; turn++) {
    const [list, entry] = turn % 3 === 2 ? [purchases, makePurchase()] : [activity, makeActivity()]
    const json = JSON.stringify(entry)
    const grown = bytes + Buffer.byteLength(json) + (list.length > 0 ? 1 : 0)
    if (grown > targetBytes * 1.02) break
    bytes = grown
    list.push(json)
  }
  const missing = targetBytes - bytes - ',"notes":""'.length
  const notes = missing > 0 ? `,"notes":"${makeNotes(missing)}"` : ''
  const body = `"activity":[${activity.join(',')}],"purchases":[${purchases.join(',')}]${notes}`
  return Buffer.from(`${JSON.stringify(head).slice(0, -1)},${body}}`)
}

function makeProfile() {
  return {
    id: faker.string.uuid(),
    name: faker.person.fullName(),
    email: faker.internet.email(),
    registeredAt: faker.date.past({ years: 5 }),
    demographics: {
      age: faker.number.int({ min: 18, max: 90 }),
      gender: faker.person.sex(),
      occupation: faker.person.jobTitle(),
      education: faker.helpers.arrayElement(['secondary', 'vocational', 'bachelor', 'master', 'doctorate']),
      incomeBand: faker.helpers.arrayElement(['low', 'lower-middle', 'middle', 'upper-middle', 'high']),
      country: faker.location.countryCode(),
      city: faker.location.city(),
      timeZone: faker.location.timeZone(),
    },
  }
}

function makePreferences() {
  return {
    language: faker.helpers.arrayElement(['en', 'de', 'fr', 'es', 'pt', 'ja', 'ko']),
    theme: faker.helpers.arrayElement(['light', 'dark', 'system']),
    newsletter: faker.datatype.boolean(),
    interests: faker.helpers.arrayElements(interests, { min: 2, max: 4 }),
  }
}

const interests = [
  'music',
  'travel',
  'cooking',
  'science',
  'sports',
  'cinema',
  'gardening',
  'games',
  'finance',
  'art',
]
const actions = ['login', 'view', 'search', 'share', 'like', 'comment', 'upload', 'logout'] as const
const devices = ['ios', 'android', 'web', 'desktop'] as const

function makeActivity() {
  return {
    at: faker.date.recent({ days: 90 }),
    action: faker.helpers.arrayElement(actions),
    device: faker.helpers.arrayElement(devices),
    page: `/${faker.lorem.slug(2)}`,
    seconds: faker.number.int({ min: 1, max: 900 }),
  }
}

function makePurchase() {
  return {
    at: faker.date.recent({ days: 365 }),
    product: faker.commerce.productName(),
    category: faker.commerce.department(),
    price: faker.number.float({ min: 1, max: 900, fractionDigits: 2 }),
    currency: 'USD',
    quantity: faker.number.int({ min: 1, max: 4 }),
  }
}

/** Plain words of exactly `length` characters, so that files of one size class really have one size. */
function makeNotes(length: number): string {
  const words = faker.lorem.words(Math.ceil(length / 4) + 1)
  return words.slice(0, length).padEnd(length, '.')
}
