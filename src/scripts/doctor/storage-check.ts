import { randomBytes, randomUUID } from 'node:crypto'
import { interceptors, request } from 'undici'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import { describeStorage, type StorageTarget } from '../../config/storage-target.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { openStorage } from '../../flow/open-storage.ts'
import { createHttpAgent } from '../../http/outbound.ts'
import { drivePublicOrigin } from '../../storage/google-drive-url.ts'
import type { ObjectStorage } from '../../storage/object-storage.ts'
import type { Check, Observation } from './check.ts'

/** What is written can be read back under its URL as a personal server reads it: by anyone, without credentials. */
export function storageCheck(
  target: Pick<Target, 'storage' | 'embedded'>,
  { secrets, flow }: Pick<LoadTestConfig, 'secrets' | 'flow'>,
): Check {
  return {
    name: 'storage',
    async look(signal) {
      const storage = openStorage(target, secrets, { timeoutMs: flow.requestTimeoutMs })
      try {
        const [how, missing] = await Promise.all([
          writeAndRead(storage, target.storage, signal),
          missingPermissions(storage, signal),
        ])
        return judge(
          `wrote, read back (${how}) and deleted 1 kB in ${describeStorage(target.storage)}`,
          missing,
        )
      } finally {
        await storage.close()
      }
    },
  }
}

/** @returns how it was read, for people */
async function writeAndRead(
  storage: ObjectStorage,
  settings: StorageTarget,
  signal: AbortSignal,
): Promise<string> {
  const bytes = randomBytes(1024)
  const { url } = await storage.upload(bytes, { name: `vana-load-doctor/${randomUUID()}`, signal })
  try {
    const { status, read, how } = await readPublicly(storage, settings, { url, signal })
    if (status === 200 && read.equals(bytes)) return how
    const found = status === 200 ? 'the content differs' : `the answer is ${status}`
    throw new LoadTestError(
      'STORAGE_REFUSED',
      `The object uploaded to ${describeStorage(settings)} cannot be read back: ${found}.`,
      { hint: hints[settings.provider] },
    )
  } finally {
    await storage.delete(url, { signal })
  }
}

const hints = {
  gcs: 'Make the bucket public, or set VANA_LOAD_STORAGE_URLS=signed.',
  pinata: 'Check that the gateway serves the pins of this account: VANA_LOAD_STORAGE_GATEWAY.',
  'google-drive': 'Allow files of this account or folder to be shared with anyone who has the link.',
} as const

async function readPublicly(
  storage: ObjectStorage,
  settings: StorageTarget,
  { url, signal }: { url: string; signal: AbortSignal },
): Promise<{ status: number; read: Buffer; how: string }> {
  if (settings.provider === 'pinata') {
    const blob = await storage.download(url, { signal })
    const how = `through ${settings.gatewayUrl ?? 'the public gateway of Pinata'}`
    return { status: 200, read: Buffer.from(await blob.arrayBuffer()), how }
  }
  const { provider, apiEndpoint } = settings
  const isStandIn = provider === 'google-drive' && apiEndpoint !== undefined
  const readUrl = isStandIn ? url.replace(drivePublicOrigin, apiEndpoint.replace(/\/+$/, '')) : url
  const agent = createHttpAgent()
  try {
    // Drive redirects to where its bytes are, and personal servers follow.
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 5 }))
    const answer = await request(readUrl, { dispatcher, signal })
    const how = provider === 'gcs' ? `${settings.urls} URL` : 'public URL'
    return { status: answer.statusCode, read: Buffer.from(await answer.body.arrayBuffer()), how }
  } finally {
    await agent.destroy()
  }
}

/** What the account may not do, or why that can't be known; neither keeps a run from its work. */
async function missingPermissions(storage: ObjectStorage, signal: AbortSignal): Promise<string[] | Error> {
  try {
    return await storage.missingPermissions({ signal })
  } catch (error) {
    signal.throwIfAborted()
    return error instanceof Error ? error : new Error(String(error))
  }
}

function judge(detail: string, missing: string[] | Error): Observation {
  if (missing instanceof Error) {
    return {
      verdict: 'warning',
      detail: `${detail}; its permissions are unknown (${missing.message})`,
      hint: 'A run needs write access, and cleaning up after it needs list and delete access.',
    }
  }
  if (missing.length === 0) return { detail }
  return {
    verdict: 'warning',
    detail: `${detail}; the account lacks ${missing.join(', ')}`,
    hint: 'A run works without it, but cleaning up after the run may not.',
  }
}
