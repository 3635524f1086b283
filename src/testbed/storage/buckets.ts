import type { Exchange } from '../emulator/exchange.ts'
import { readJson } from '../emulator/read-body.ts'
import { sendJson } from '../emulator/send-json.ts'
import { notImplemented } from '../emulator/service-error.ts'
import { hasToken } from './authorize.ts'
import type { Emulator, ObjectPath } from './emulator.ts'
import type { Bucket } from './object-store.ts'
import { required } from './storage-errors.ts'

/** Creates a bucket, which is private, as in the service. */
export async function createBucket({ store }: Emulator, exchange: Exchange): Promise<void> {
  const { name, ...settings } = await readJson(exchange.request)
  if (typeof name !== 'string') throw required('Required')
  const [setting] = Object.keys(settings)
  if (setting !== undefined) throw notImplemented(`The bucket setting ${setting}`)
  sendJson(exchange, bucketResource(store.createBucket(name, { isPublic: false }), exchange.origin))
}

export function sendBucket({ store }: Emulator, exchange: Exchange, { bucket }: ObjectPath): void {
  sendJson(exchange, bucketResource(store.bucket(bucket), exchange.origin))
}

const publicPermissions = ['storage.objects.get', 'storage.objects.list']

/** Returns which of the queried permissions the caller has: all, or without a needed token those that everyone has. */
export function testPermissions(emulator: Emulator, exchange: Exchange, { bucket }: ObjectPath): void {
  const { isPublic } = emulator.store.bucket(bucket)
  const asked = exchange.query.getAll('permissions')
  const isAnonymous = emulator.accessTokens !== undefined && !hasToken(emulator, exchange)
  const held = isAnonymous ? asked.filter((each) => isPublic && publicPermissions.includes(each)) : asked
  const permissions = held.length > 0 ? held : undefined
  sendJson(exchange, { kind: 'storage#testIamPermissionsResponse', permissions })
}

function bucketResource({ name, timeCreated }: Bucket, origin: string): Record<string, unknown> {
  return {
    kind: 'storage#bucket',
    id: name,
    name,
    projectNumber: '0',
    location: 'US',
    locationType: 'multi-region',
    storageClass: 'STANDARD',
    selfLink: `${origin}/storage/v1/b/${name}`,
    metageneration: '1',
    etag: 'CAE=',
    timeCreated: timeCreated.toISOString(),
    updated: timeCreated.toISOString(),
  }
}
