import { generateKeyPairSync } from 'node:crypto'
import { Storage } from '@google-cloud/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type StorageEmulator,
  startStorageEmulator,
} from '../../src/testbed/storage/start-storage-emulator.ts'

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const clientEmail = 'signer@testbed.iam.gserviceaccount.com'

let emulator: StorageEmulator
let storage: Storage

beforeAll(async () => {
  emulator = await startStorageEmulator({
    buckets: [{ name: 'open' }, { name: 'closed', public: false }],
    serviceAccounts: [{ clientEmail, key: privateKey }],
  })
  storage = new Storage({
    apiEndpoint: emulator.url,
    projectId: 'testbed',
    credentials: { client_email: clientEmail, private_key: privateKey },
    retryOptions: { autoRetry: false },
  })
})

afterAll(async () => {
  await emulator.stop()
})

describe('the official client', () => {
  test('saves, reads, describes and deletes a file', async () => {
    const file = storage.bucket('open').file('a/ü ?#%.json')
    await file.save('{"hello":1}', {
      resumable: false,
      contentType: 'application/json',
      metadata: { metadata: { k: 'v' } },
    })
    expect((await file.download())[0].toString()).toBe('{"hello":1}')
    const [metadata] = await file.getMetadata()
    expect(metadata).toMatchObject({ contentType: 'application/json', size: '11', metadata: { k: 'v' } })
    expect(await file.exists()).toEqual([true])
    expect(await file.isPublic()).toEqual([true])
    await file.delete()
    expect(await file.exists()).toEqual([false])
    await expect(file.download()).rejects.toMatchObject({ code: 404 })
  })

  test('saves by a resumable upload', async () => {
    const file = storage.bucket('open').file('resumable')
    const content = Buffer.alloc(3_000_000, 'xyz')
    await file.save(content)
    expect((await file.download())[0].equals(content)).toBe(true)
  })

  test('reads and writes by signed URLs', async () => {
    const file = storage.bucket('closed').file('x/y z.txt')
    const expires = Date.now() + 60_000
    const [writeUrl] = await file.getSignedUrl({
      version: 'v4',
      action: 'write',
      expires,
      contentType: 'text/plain',
    })
    const put = await fetch(writeUrl, {
      method: 'PUT',
      body: 'abc',
      headers: { 'content-type': 'text/plain' },
    })
    expect(put.status).toBe(200)
    const [readUrl] = await file.getSignedUrl({ version: 'v4', action: 'read', expires })
    const got = await fetch(readUrl)
    expect([got.status, await got.text()]).toEqual([200, 'abc'])
    const bare = await fetch(`${emulator.url}/closed/x/y%20z.txt`)
    expect([bare.status, await bare.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ])
  })
})
