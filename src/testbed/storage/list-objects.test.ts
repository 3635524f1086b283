import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBodyStore } from './body-store.ts'
import { type ListRequest, listObjects } from './list-objects.ts'
import { compareNames } from './names.ts'
import { ObjectStore } from './object-store.ts'
import { decodePageToken, type LastEntry } from './page.ts'

const everything: ListRequest = {
  prefix: '',
  delimiter: undefined,
  includeTrailingDelimiter: false,
  startOffset: undefined,
  endOffset: undefined,
  versions: false,
  maxResults: 1000,
  matches: undefined,
  after: undefined,
}

/** The definition, without pages: names in order, folded where the delimiter is. */
function expected(names: readonly string[], request: ListRequest) {
  const { prefix, delimiter, startOffset, endOffset } = request
  const items: string[] = []
  const prefixes: string[] = []
  for (const name of [...new Set(names)].sort(compareNames)) {
    if (!name.startsWith(prefix)) continue
    if (startOffset !== undefined && compareNames(name, startOffset) < 0) continue
    if (endOffset !== undefined && compareNames(name, endOffset) >= 0) continue
    const at = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length)
    const folder = at === -1 ? undefined : name.slice(0, at + (delimiter ?? '').length)
    if (folder !== undefined && !prefixes.includes(folder)) prefixes.push(folder)
    if (folder === undefined || (request.includeTrailingDelimiter && name === folder)) items.push(name)
  }
  return { items, prefixes }
}

test('pages of any size add up to what a plain filter finds', async () => {
  const body = await createBodyStore({ memoryLimitBytes: 0 }).createWriter().finish()
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '😀', '\uffff'), minLength: 1, maxLength: 5 })
  const maybe = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined })
  fc.assert(
    fc.property(
      fc.array(name, { maxLength: 25 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 2 }),
      maybe(fc.constantFrom('/', 'b', 'a/')),
      fc.boolean(),
      maybe(name),
      maybe(name),
      fc.integer({ min: 1, max: 6 }),
      (names, prefix, delimiter, includeTrailingDelimiter, startOffset, endOffset, maxResults) => {
        const store = new ObjectStore(() => new Date(0))
        const bucket = store.createBucket('bucket')
        for (const each of names) store.put('bucket', each, {}, body.retain(), {})
        const request = {
          ...everything,
          prefix,
          delimiter,
          includeTrailingDelimiter,
          startOffset,
          endOffset,
          maxResults,
        }
        const items: string[] = []
        const prefixes: string[] = []
        let after: LastEntry | undefined
        do {
          const page = listObjects(store, bucket, { ...request, after })
          // A folder that is listed as an object, too, stands for one result.
          const entries = new Set([...page.items.map((item) => item.name), ...page.prefixes])
          expect(entries.size).toBeLessThanOrEqual(maxResults)
          expect(entries.size).toBeGreaterThan(after === undefined ? -1 : 0)
          items.push(...page.items.map((item) => item.name))
          prefixes.push(...page.prefixes)
          after = page.nextPageToken === undefined ? undefined : decodePageToken(page.nextPageToken)
        } while (after !== undefined)
        expect({ items, prefixes }).toEqual(expected(names, request))
      },
    ),
    { numRuns: 500 },
  )
})
