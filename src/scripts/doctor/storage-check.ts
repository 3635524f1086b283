import { randomBytes, randomUUID } from 'node:crypto'
import { Agent, request } from 'undici'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createGoogleCloudStorage } from '../../storage/google-cloud-storage.ts'
import { parseServiceAccount, readServiceAccount } from '../../storage/service-account.ts'
import type { Check } from './check.ts'

/** What is written can be read back under its URL as a personal server reads it: by anyone, without credentials. */
export function storageCheck(
  { storage: settings }: Target,
  { secrets }: Pick<LoadTestConfig, 'secrets'>,
): Check {
  return {
    name: 'storage',
    async look(signal) {
      const { bucket, apiEndpoint, urls, keyFile } = settings
      const credentials =
        secrets.serviceAccountJson !== undefined
          ? parseServiceAccount(secrets.serviceAccountJson)
          : keyFile === undefined
            ? undefined
            : readServiceAccount(keyFile)
      const storage = createGoogleCloudStorage({
        bucket,
        urlKind: urls,
        ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
        ...(credentials === undefined ? {} : { credentials }),
      })
      const dispatcher = new Agent()
      const bytes = randomBytes(1024)
      try {
        const { url } = await storage.upload(bytes, { name: `vana-load-doctor/${randomUUID()}`, signal })
        try {
          const answer = await request(url, { dispatcher, signal })
          const read = Buffer.from(await answer.body.arrayBuffer())
          if (answer.statusCode !== 200 || !read.equals(bytes)) {
            throw new LoadTestError(
              'STORAGE_REFUSED',
              `What was uploaded to bucket ${bucket} can't be read back: the answer is ${answer.statusCode}.`,
              { hint: 'Let anyone read the bucket, or set VANA_LOAD_STORAGE_URLS=signed.' },
            )
          }
        } finally {
          await storage.delete(url, { signal })
        }
        return { detail: `wrote, read back (${urls} URL) and deleted 1 kB in bucket ${bucket}` }
      } finally {
        await Promise.all([storage.close(), dispatcher.destroy()])
      }
    },
  }
}
