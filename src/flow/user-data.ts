import { createHash } from 'node:crypto'
import { faker } from '@faker-js/faker/locale/en'
import { createRandom, type Random } from '../random/random.ts'

/** Sizes of a user's file in bytes; what is made lies within 5 % of them. */
export const dataSizes = { small: 1_000, medium: 10_000, large: 100_000 } as const

/** Size class of a user's file. */
export type DataSize = keyof typeof dataSizes

/** All dates lie before this one, so that a seed gives the same file at any time. */
const referenceDate = '2025-09-01T00:00:00.000Z'
const referenceMs = Date.parse(referenceDate)
const dayMs = 86_400_000

/**
 * Makes the file of one synthetic user: profile with demographics, preferences, activity log and purchase history.
 *
 * Who the user is comes from faker; the many entries of the lists are drawn here, at a fraction of faker's cost, since they
 * are most of the file and are made for every user.
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
  const random = createRandom(input.seed, 'entries', input.index)
  const activity: string[] = []
  const purchases: string[] = []
  const frame = JSON.stringify({ ...head, activity: [], purchases: [] })
  let bytes = Buffer.byteLength(frame)
  for (let turn = 0; ; turn++) {
    const [list, entry] =
      turn % 3 === 2 ? [purchases, makePurchase(random)] : [activity, makeActivity(random)]
    const json = JSON.stringify(entry)
    const grown = bytes + Buffer.byteLength(json) + (list.length > 0 ? 1 : 0)
    if (grown > targetBytes * 1.02) break
    bytes = grown
    list.push(json)
  }
  const missing = targetBytes - bytes - ',"notes":""'.length
  const notes = missing > 0 ? `,"notes":"${makeNotes(random, missing)}"` : ''
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

const { word: words } = faker.definitions.lorem
const { department: departments, product_name: products } = faker.definitions.commerce

function makeActivity(random: Random) {
  return {
    at: dateWithin(random, 90),
    action: pick(random, actions),
    device: pick(random, devices),
    page: `/${pick(random, words)}-${pick(random, words)}`,
    seconds: wholeNumber(random, 1, 900),
  }
}

function makePurchase(random: Random) {
  const { adjective, material, product } = products
  return {
    at: dateWithin(random, 365),
    product: `${pick(random, adjective)} ${pick(random, material)} ${pick(random, product)}`,
    category: pick(random, departments),
    price: wholeNumber(random, 100, 90_000) / 100,
    currency: 'USD',
    quantity: wholeNumber(random, 1, 4),
  }
}

/** Plain words of exactly `length` characters, so that files of one size class really have one size. */
function makeNotes(random: Random, length: number): string {
  let notes = pick(random, words)
  while (notes.length < length) notes += ` ${pick(random, words)}`
  return notes.slice(0, length)
}

/** A moment of the days before the reference date. */
const dateWithin = (random: Random, days: number): Date => new Date(referenceMs - random() * days * dayMs)

/** From `min` to `max`, both included. */
const wholeNumber = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1))

function pick<T>(random: Random, list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)]
  if (one === undefined) throw new RangeError('There is nothing to pick from.')
  return one
}
