import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BodyStore } from '../emulator/body-store.ts'
import { type ListRequest, listObjects, listRequestFromQuery } from './list-objects.ts'
import { ObjectStore } from './object-store.ts'

/** The definition, without pages: names in order, folded at the delimiter. */
function expected(names: readonly string[], { prefix, delimiter, startOffset }: ListRequest) {
  const items: string[] = []
  const prefixes = new Set<string>()
  for (const name of [...new Set(names)].sort()) {
    if (!name.startsWith(prefix) || name < startOffset) continue
    const at = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length)
    if (at === -1) items.push(name)
    else prefixes.add(name.slice(0, at + (delimiter ?? '').length))
  }
  return { items, prefixes: [...prefixes] }
}

it('returns, in pages of any size, what a plain filter finds', async () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '😀', '\uffff'), minLength: 1, maxLength: 5 })
  const requests = fc.record({
    prefix: fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 2 }),
    delimiter: fc.option(fc.constantFrom('/', 'b', 'a/'), { nil: undefined }),
    startOffset: fc.oneof(fc.constant(''), name),
    maxResults: fc.integer({ min: 1, max: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(name, { maxLength: 25 }), requests, async (names, parts) => {
      const bodies = new BodyStore({ memoryLimitBytes: 0 })
      const store = new ObjectStore(() => new Date(0))
      const bucket = store.createBucket('bucket', { isPublic: true })
      for (const each of names) {
        const draft = { bucket: 'bucket', name: each, settings: {}, preconditions: {} }
        store.put(draft, await bodies.createWriter().finish())
      }
      const items: string[] = []
      const prefixes: string[] = []
      let request: ListRequest = { ...parts, after: undefined }
      for (let more = true; more; ) {
        const page = listObjects(store, bucket, request)
        expect(page.items.length + page.prefixes.length).toBeLessThanOrEqual(parts.maxResults)
        items.push(...page.items.map((item) => item.name))
        prefixes.push(...page.prefixes)
        more = page.nextPageToken !== undefined
        const query = new URLSearchParams({ pageToken: page.nextPageToken ?? '' })
        request = { ...request, after: listRequestFromQuery(query).after }
      }
      expect({ items, prefixes }).toEqual(expected(names, request))
    }),
    { numRuns: 300 },
  )
})
