import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interestsAndDepartments } from './person.ts'
import { type DataSize, dataSizes, makeUserData } from './user-data.ts'

const sizes = fc.constantFrom(...(Object.keys(dataSizes) as DataSize[]))
const inputs = fc.record({ seed: fc.string(), index: fc.nat(), size: sizes })

it('makes JSON within 5 % of its size class, the same for the same seed, index and size', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const file = makeUserData(input)
      expect(Math.abs(file.length / dataSizes[input.size] - 1)).toBeLessThan(0.05)
      expect(Object.keys(JSON.parse(Buffer.from(file).toString()))).toEqual(
        expect.arrayContaining(['profile', 'preferences', 'activity', 'purchases']),
      )
      expect(Buffer.compare(makeUserData(input), file)).toBe(0)
    }),
    { numRuns: 50 },
  )
})

it('makes different files for different users and seeds', () => {
  const file = (seed: string, index: number) =>
    Buffer.from(makeUserData({ seed, index, size: 'medium' })).toString()
  expect(new Set([file('a', 0), file('a', 1), file('b', 0), file('b', 1)]).size).toBe(4)
})

type Activity = { at: string; action: string; device: string; page: string; seconds: number }
type Purchase = {
  at: string
  category: string
  price: number
  quantity: number
  total: number
  currency: string
}
type File = {
  profile: {
    name: string
    email: string
    registeredAt: string
    demographics: { age: number; timeZone: string }
  }
  preferences: { interests: (keyof typeof interestsAndDepartments)[] }
  activity: Activity[]
  purchases: Purchase[]
  totals: { purchases: number; spent: number; currency: string }
}

const written = Date.parse('2025-09-01T00:00:00.000Z')
const yearMs = 365.25 * 86_400_000
const users = Array.from({ length: 300 }, (_, index): File => {
  const size = index % 10 === 0 ? 'large' : index % 3 === 0 ? 'small' : 'medium'
  return JSON.parse(Buffer.from(makeUserData({ seed: 'a run', index, size })).toString())
})
const times = (entries: readonly { at: string }[]): number[] => entries.map(({ at }) => Date.parse(at))

describe('the files of 300 users', () => {
  it('have no entry before the registration or after they were written', () => {
    for (const { profile, activity, purchases } of users) {
      const registered = Date.parse(profile.registeredAt)
      expect(registered).toBeLessThan(written)
      for (const at of [...times(activity), ...times(purchases)]) {
        expect(at).toBeGreaterThanOrEqual(registered)
        expect(at).toBeLessThan(written)
      }
      expect(profile.demographics.age).toBeGreaterThanOrEqual(18 + (written - registered) / yearMs - 0.01)
    }
  })

  it('are in order of time, without overlaps', () => {
    for (const { activity, purchases } of users) {
      for (const list of [times(activity), times(purchases)]) {
        expect(list).toEqual(list.toSorted((a, b) => a - b))
        expect(new Set(list).size).toBe(list.length)
      }
      activity.slice(1).forEach(({ at }, i) => {
        const before = activity[i]
        if (before === undefined) throw new Error('there is one')
        expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(before.at) + before.seconds * 1000)
      })
    }
  })

  it('consist of visits from login to logout on one device, with purchases only of viewed products', () => {
    for (const { activity } of users) {
      expect(activity[0]?.action).toBe('login')
      let seen = new Set<string>()
      let device = ''
      activity.forEach(({ action, device: used }, i) => {
        if (action === 'login') {
          if (i > 0) expect(activity[i - 1]?.action).toBe('logout')
          seen = new Set()
          device = used
        } else expect(activity[i - 1]?.action).not.toBe('logout')
        expect(used).toBe(device)
        if (action === 'purchase')
          expect([seen.has('view'), activity[i - 1]?.action]).toEqual([true, 'add-to-cart'])
        seen.add(action)
      })
    }
  })

  it('have purchases that agree with visits, interests and totals', () => {
    let count = 0
    for (const { activity, purchases, totals, preferences } of users) {
      const bought = activity.filter(({ action }) => action === 'purchase').map(({ at }) => at)
      expect(purchases.map(({ at }) => at)).toEqual(bought)
      const departments = preferences.interests.flatMap(
        (interest) => [...interestsAndDepartments[interest]] as string[],
      )
      for (const { category, price, quantity, total } of purchases) {
        expect(departments).toContain(category)
        expect(Math.round(total * 100)).toBe(Math.round(price * 100) * quantity)
      }
      const cents = purchases.reduce((sum, { total }) => sum + Math.round(total * 100), 0)
      expect([totals.purchases, Math.round(totals.spent * 100)]).toEqual([purchases.length, cents])
      count += purchases.length
    }
    expect(count).toBeGreaterThan(300)
  })

  it('have mail addresses that match the names', () => {
    const plain = (text: string): string =>
      text
        .normalize('NFD')
        .replace(/[^a-zA-Z]/g, '')
        .toLowerCase()
    for (const { name, email } of users.map(({ profile }) => profile)) {
      const [first = '', last = ''] = name.split(' ')
      const local = plain(email.split('@')[0] ?? '')
      expect(local).toContain(plain(first).slice(0, 3))
      expect([plain(first), plain(last)].some((part) => local.includes(part))).toBe(true)
    }
  })

  it('follow days and weeks: quiet nights, busy evenings, late starts at weekends', () => {
    const hours = { workday: Array<number>(24).fill(0), weekend: Array<number>(24).fill(0) }
    for (const { activity, profile } of users) {
      const clock = new Intl.DateTimeFormat('en-GB', {
        timeZone: profile.demographics.timeZone,
        hourCycle: 'h23',
        weekday: 'short',
        hour: '2-digit',
      })
      for (const { at } of activity) {
        const parts = Object.fromEntries(
          clock.formatToParts(new Date(at)).map(({ type, value }) => [type, value]),
        )
        const kind = parts.weekday === 'Sat' || parts.weekday === 'Sun' ? 'weekend' : 'workday'
        const hour = Number(parts.hour)
        hours[kind][hour] = (hours[kind][hour] ?? 0) + 1
      }
    }
    const share = (kind: keyof typeof hours, from: number, to: number): number => {
      const all = hours[kind].reduce((sum, count) => sum + count, 0)
      return hours[kind].slice(from, to).reduce((sum, count) => sum + count, 0) / all
    }
    // Summer time shifts the distribution by an hour in some zones.
    for (const kind of ['workday', 'weekend'] as const) expect(share(kind, 2, 6)).toBeLessThan(0.05)
    expect(share('workday', 18, 23)).toBeGreaterThan(0.35)
    expect(share('weekend', 18, 23)).toBeLessThan(share('workday', 18, 23) - 0.05)
    expect(share('weekend', 10, 17)).toBeGreaterThan(share('workday', 10, 17) + 0.05)
    expect(share('workday', 6, 9)).toBeGreaterThan(share('weekend', 6, 9) + 0.03)
  })
})
