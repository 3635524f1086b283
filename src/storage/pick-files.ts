import type { StorageFile, StorageListOptions } from '@opendatalabs/vana-sdk'

/**
 * Picks files out of pages, and requests no more pages than it needs.
 *
 * @param prefix the beginning of the names of all picked files
 * @param options `limit` (default 100); `offset` as a number of files to skip or as the `id` of the last file seen;
 *   `namePattern` as a part of the name; `contentType` in full
 */
export async function pickFiles<File extends Omit<StorageFile, 'url'>>(
  pages: AsyncIterable<readonly File[]>,
  prefix: string,
  options: StorageListOptions,
): Promise<File[]> {
  const { limit = 100, offset = 0, namePattern = '', contentType } = options
  let lastSeen = typeof offset === 'string' ? offset : undefined
  let toPass = typeof offset === 'number' ? offset : 0
  const files: File[] = []
  for await (const page of pages) {
    for (const file of page) {
      if (lastSeen !== undefined) {
        if (file.id === lastSeen) lastSeen = undefined
        continue
      }
      if (!file.name.startsWith(prefix) || !file.name.includes(namePattern)) continue
      if (contentType !== undefined && file.contentType !== contentType) continue
      if (toPass-- > 0) continue
      if (files.length === limit) return files
      files.push(file)
    }
    if (files.length === limit) break
  }
  return files
}
