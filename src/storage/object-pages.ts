import type { Bucket, File, GetFilesOptions } from '@google-cloud/storage'
import type { StorageFile } from '@opendatalabs/vana-sdk'

/** The most objects that the service returns in a page. */
const pageLimit = 1000

/**
 * Lists objects by name, page by page.
 *
 * @param range `after` is the name of the last object seen, which need not exist any more
 */
export async function* objectPages(
  bucket: Bucket,
  { prefix, after }: { prefix: string; after: string | undefined },
): AsyncGenerator<Omit<StorageFile, 'url'>[]> {
  let query: GetFilesOptions | null = { autoPaginate: false, maxResults: pageLimit, prefix }
  if (after !== undefined) query.startOffset = after
  while (query !== null) {
    const [page, next]: [File[], GetFilesOptions | null, unknown] = await bucket.getFiles(query)
    yield page.filter(({ name }) => name !== after).map(toFile)
    query = next
  }
}

function toFile({ name, metadata }: File): Omit<StorageFile, 'url'> {
  const { size = 0, contentType = 'application/octet-stream', timeCreated = 0, metadata: custom } = metadata
  const createdAt = new Date(timeCreated)
  return { id: name, name, size: Number(size), contentType, createdAt, metadata: { ...custom } }
}
