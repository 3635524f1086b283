import { faker } from '@faker-js/faker/locale/en'
import type { Random } from '../random/random.ts'
import { pick, pickWeighted, wholeNumber } from './draw.ts'
import { type Interest, interestsAndDepartments, type Person } from './person.ts'

/** One action as JSON text, with its purchase, if any. */
export type Entry = { json: string; purchase: { json: string; cents: number } | undefined }

/** The actions of a visit, oldest first. */
export type Visit = { entries: Entry[]; endsMs: number }

type Action =
  | 'login'
  | 'search'
  | 'view'
  | 'like'
  | 'comment'
  | 'share'
  | 'upload'
  | 'add-to-cart'
  | 'purchase'
  | 'logout'

/** Weighted transitions between actions: a purchase always follows a view of the product, after a login. */
const next: Record<Exclude<Action, 'logout'>, readonly (readonly [Action, number])[]> = {
  login: [
    ['view', 50],
    ['search', 40],
    ['upload', 10],
  ],
  search: [
    ['view', 80],
    ['search', 20],
  ],
  view: [
    ['view', 28],
    ['search', 16],
    ['like', 14],
    ['add-to-cart', 20],
    ['comment', 6],
    ['share', 6],
    ['logout', 10],
  ],
  like: [
    ['view', 75],
    ['comment', 10],
    ['logout', 15],
  ],
  comment: [
    ['view', 80],
    ['logout', 20],
  ],
  share: [
    ['view', 75],
    ['logout', 25],
  ],
  upload: [
    ['view', 60],
    ['share', 30],
    ['logout', 10],
  ],
  'add-to-cart': [
    ['purchase', 60],
    ['view', 40],
  ],
  purchase: [
    ['view', 40],
    ['logout', 60],
  ],
}

const mostActions = 25
const { word: words } = faker.definitions.lorem
const { product_name: products } = faker.definitions.commerce

/** Creates a visit that starts at a time in milliseconds since the epoch. */
export function makeVisit(random: Random, person: Person, startMs: number): Visit {
  const device = pickWeighted(random, person.devices)
  const visit: Visit = { entries: [], endsMs: startMs }
  let interest = pick(random, person.interests)
  let action: Action = 'login'
  for (let count = 0; ; count++) {
    const seconds = secondsOf(action, random)
    const at = new Date(visit.endsMs)
    const page = pageOf(action, interest, random)
    const purchase = action === 'purchase' ? makePurchase(random, interest, at) : undefined
    visit.entries.push({ json: JSON.stringify({ at, action, device, page, seconds }), purchase })
    visit.endsMs += seconds * 1000
    if (action === 'logout') return visit
    action = count >= mostActions ? 'logout' : pickWeighted(random, next[action])
    if (action === 'search') interest = pick(random, person.interests)
  }
}

/** Draws the time until the next action. */
function secondsOf(action: Action, random: Random): number {
  if (action === 'login' || action === 'logout' || action === 'like') return wholeNumber(random, 1, 15)
  return wholeNumber(random, 5, action === 'view' || action === 'upload' ? 300 : 90)
}

function pageOf(action: Action, interest: Interest, random: Random): string {
  if (action === 'login' || action === 'logout') return `/${action}`
  if (action === 'search') return `/search?q=${interest}+${pick(random, words)}`
  return `/${interest}/${pick(random, words)}-${pick(random, words)}`
}

function makePurchase(random: Random, interest: Interest, at: Date): { json: string; cents: number } {
  const { adjective, material, product } = products
  const quantity = random() < 0.75 ? 1 : wholeNumber(random, 2, 4)
  // Most products are cheap, a few are not.
  const cents = Math.round(300 * (1 + 299 * random() ** 4))
  const json = JSON.stringify({
    at,
    product: `${pick(random, adjective)} ${pick(random, material)} ${pick(random, product)}`,
    category: pick(random, interestsAndDepartments[interest]),
    price: cents / 100,
    currency: 'USD',
    quantity,
    total: (cents * quantity) / 100,
  })
  return { json, cents: cents * quantity }
}
