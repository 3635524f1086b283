import type { Bucket, File } from '@google-cloud/storage'
import type { StorageFile, StorageListOptions } from '@opendatalabs/vana-sdk'

/** The most files that the service returns in a page. */
const pageLimit = 1000

/**
 * Lists files in the order of their names.
 *
 * @param options `limit` (default 100); `offset` as a number of files to skip or as the `id` of the last file
 *   seen; `namePattern` as a part of the name; `contentType` in full
 * @param urlOf makes the URL of an object
 */
export async function listFiles(
  bucket: Bucket,
  prefix: string,
  options: StorageListOptions,
  urlOf: (name: string) => Promise<string>,
): Promise<StorageFile[]> {
  const { limit = 100, offset = 0, namePattern, contentType } = options
  const after = typeof offset === 'string' ? offset : undefined
  let toPass = typeof offset === 'number' ? offset : 0
  const files: StorageFile[] = []
  let pageToken: string | undefined
  do {
    const [page, next] = await bucket.getFiles({
      autoPaginate: false,
      maxResults: pageLimit,
      prefix,
      ...(after !== undefined && { startOffset: after }),
      ...(pageToken !== undefined && { pageToken }),
    })
    for (const file of page) {
      if (file.name === after || (namePattern !== undefined && !file.name.includes(namePattern))) continue
      if (contentType !== undefined && file.metadata.contentType !== contentType) continue
      if (toPass-- > 0) continue
      if (files.length === limit) return files
      files.push(await describe(file, urlOf))
    }
    pageToken = next?.pageToken
  } while (pageToken !== undefined && files.length < limit)
  return files
}

async function describe(file: File, urlOf: (name: string) => Promise<string>): Promise<StorageFile> {
  const { name, metadata } = file
  return {
    id: name,
    name,
    url: await urlOf(name),
    size: Number(metadata.size ?? 0),
    contentType: metadata.contentType ?? 'application/octet-stream',
    createdAt: new Date(metadata.timeCreated ?? 0),
    metadata: { ...metadata.metadata },
  }
}
