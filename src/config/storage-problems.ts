import type { Problem } from './problem.ts'
import type { Resolved } from './resolve-parameters.ts'
import { type StorageProviderName, storageProviderWords } from './storage-provider.ts'

/**
 * Finds what doesn't go together among the settings of the embedded storage.
 *
 * @param values by key, those that could be read
 */
export function storageProblems(values: ReadonlyMap<string, Resolved>): Problem[] {
  const provider = values.get('testbed.storage')?.value as StorageProviderName | undefined
  if (provider === undefined) return []
  const urls = values.get('testbed.storageUrls')
  const limit = values.get('testbed.storageRateLimit')
  const words = storageProviderWords[provider]
  return [
    ...(provider !== 'gcs' && urls?.value === 'signed'
      ? [
          {
            key: 'testbed.storageUrls',
            source: urls.source,
            found: `${words} has no signed URLs: leave it out`,
          },
        ]
      : []),
    ...(provider === 'gcs' && limit !== undefined && limit.value !== undefined
      ? [
          {
            key: 'testbed.storageRateLimit',
            source: limit.source,
            found: `${words} has no such limit: use --fault storage:429=5% to reject a share of the requests`,
          },
        ]
      : []),
  ]
}
