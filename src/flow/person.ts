import { faker } from '@faker-js/faker/locale/en'
import { pick, pickWeighted } from './draw.ts'

/** Interests of people, and where they shop for them. */
export const interestsAndDepartments = {
  music: ['Music', 'Electronics'],
  travel: ['Outdoors', 'Clothing'],
  cooking: ['Grocery', 'Home'],
  science: ['Books', 'Computers'],
  sports: ['Sports', 'Shoes'],
  cinema: ['Movies', 'Electronics'],
  gardening: ['Garden', 'Tools'],
  games: ['Games', 'Computers', 'Toys'],
  finance: ['Books', 'Computers'],
  art: ['Books', 'Home', 'Jewelry'],
} as const

/** An interest of a person. */
export type Interest = keyof typeof interestsAndDepartments

const interestNames = Object.keys(interestsAndDepartments) as Interest[]

/** Cities with their details. Offsets are those of standard time, in hours. */
const places = [
  ...[
    ['US', 'Chicago', 'America/Chicago', -6, 'en'] as const,
    ['US', 'Denver', 'America/Denver', -7, 'en'] as const,
  ],
  ...[
    ['GB', 'Leeds', 'Europe/London', 0, 'en'] as const,
    ['DE', 'Hamburg', 'Europe/Berlin', 1, 'de'] as const,
  ],
  ...[
    ['FR', 'Lyon', 'Europe/Paris', 1, 'fr'] as const,
    ['ES', 'Valencia', 'Europe/Madrid', 1, 'es'] as const,
  ],
  ...[
    ['BR', 'Recife', 'America/Recife', -3, 'pt'] as const,
    ['PT', 'Porto', 'Europe/Lisbon', 0, 'pt'] as const,
  ],
  ...[['JP', 'Osaka', 'Asia/Tokyo', 9, 'ja'] as const, ['KR', 'Busan', 'Asia/Seoul', 9, 'ko'] as const],
  ...[
    ['MX', 'Puebla', 'America/Mexico_City', -6, 'es'] as const,
    ['CA', 'Halifax', 'America/Halifax', -4, 'en'] as const,
  ],
] as const

/** The traits of a person that determine the rest of the file. */
export type Person = {
  /** Parts `profile` and `preferences` of the file. */
  head: { profile: object; preferences: object }
  /** Milliseconds since the epoch. */
  registeredMs: number
  utcOffsetHours: number
  interests: readonly Interest[]
  /** Weighted. */
  devices: readonly (readonly [string, number])[]
}

const dayMs = 86_400_000
/** Age of the youngest and the oldest account. */
const accountDays = { min: 30, max: 5 * 365 }

/**
 * Creates a person with faker, whose seed and reference date must be set.
 *
 * @param nowMs when the file is written; the person registered earlier
 */
export function makePerson(nowMs: number): Person {
  const random = (): number => faker.number.float()
  const days = accountDays.min + random() * (accountDays.max - accountDays.min)
  const registeredMs = nowMs - Math.floor(days * dayMs)
  const gender = faker.person.sexType()
  const [firstName, lastName] = [faker.person.firstName(gender), faker.person.lastName()]
  const [country, city, timeZone, utcOffsetHours, language] = pick(random, places)
  const interests = faker.helpers.arrayElements(interestNames, { min: 2, max: 4 })
  const mobile = pick(random, ['ios', 'android'])
  const profile = {
    id: faker.string.uuid(),
    name: `${firstName} ${lastName}`,
    email: faker.internet.email({ firstName, lastName }),
    registeredAt: new Date(registeredMs),
    demographics: {
      // No person registers as a minor.
      age: faker.number.int({ min: 18 + Math.ceil(days / 365), max: 90 }),
      gender,
      occupation: faker.person.jobTitle(),
      education: pick(random, ['secondary', 'vocational', 'bachelor', 'master', 'doctorate']),
      incomeBand: pick(random, ['low', 'lower-middle', 'middle', 'upper-middle', 'high']),
      country,
      city,
      timeZone,
    },
  }
  const preferences = {
    language: random() < 0.9 ? language : 'en',
    theme: pickWeighted(random, [
      ['light', 3],
      ['dark', 4],
      ['system', 3],
    ]),
    newsletter: random() < 0.3,
    interests,
  }
  return {
    head: { profile, preferences },
    registeredMs,
    utcOffsetHours,
    interests,
    devices: [
      [mobile, 6],
      [pick(random, ['web', 'desktop']), 3],
    ],
  }
}
