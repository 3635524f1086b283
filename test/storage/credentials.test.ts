import { randomBytes } from 'node:crypto'
import { Storage } from '@google-cloud/storage'
import { describe, expect, it } from 'vitest'
import { usualStorage } from '../../src/config/usual-settings.fixture.ts'
import { createGoogleCloudStorage } from '../../src/storage/google-cloud-storage.ts'
import { account, buckets, useEmulator } from './storage.fixture.ts'

const token = 'a-token-of-the-tests'
const use = useEmulator({ accessTokens: [token] })
const bearer = { authorization: `Bearer ${token}` }

type Errors = { error: { code: number; errors: { reason: string; location?: string }[] } }

const jsonUpload = (bucket: string): string => `/upload/storage/v1/b/${bucket}/o?uploadType=media&name=x`

describe('an anonymous caller of the JSON API', () => {
  it.each([
    ['POST', '/storage/v1/b?project=p'],
    ['GET', `/storage/v1/b/${buckets.closed}`],
    ['GET', `/storage/v1/b/${buckets.open}`],
    ['GET', `/storage/v1/b/${buckets.closed}/o`],
    ['GET', `/storage/v1/b/${buckets.closed}/o/a`],
    ['GET', `/storage/v1/b/${buckets.closed}/o/a?alt=media`],
    ['GET', `/download/storage/v1/b/${buckets.closed}/o/a`],
    ['DELETE', `/storage/v1/b/${buckets.closed}/o/a`],
    ['DELETE', `/storage/v1/b/${buckets.open}/o/a`],
    ['PATCH', `/storage/v1/b/${buckets.open}/o/a`],
    ['POST', jsonUpload(buckets.closed)],
    ['POST', jsonUpload(buckets.open)],
    ['POST', jsonUpload('nowhere')],
  ])('is refused %s %s with 401', async (method, path) => {
    const answer = await fetch(use.url(path), { method })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    if (path.includes('alt=media') || path.startsWith('/download/')) return
    const { error } = (await answer.json()) as Errors
    expect([error.code, error.errors[0]?.reason, error.errors[0]?.location]).toEqual([
      401,
      'required',
      'Authorization',
    ])
  })

  it('reads and lists a public bucket', async () => {
    const put = await fetch(use.url(`/${buckets.open}/public`), { method: 'PUT', body: 'x', headers: bearer })
    expect(put.status).toBe(200)
    for (const path of ['o', 'o/public', 'o/public?alt=media'])
      expect((await fetch(use.url(`/storage/v1/b/${buckets.open}/${path}`))).status).toBe(200)
    expect((await fetch(use.url(`/storage/v1/b/${buckets.open}/o/none`))).status).toBe(404)
    expect((await fetch(use.url('/storage/v1/b/nowhere/o'))).status).toBe(404)
  })

  it('has the permissions that everyone has', async () => {
    const asked = 'permissions=storage.objects.get&permissions=storage.objects.create'
    const held = async (bucket: string, headers: Record<string, string> = {}) =>
      (await fetch(use.url(`/storage/v1/b/${bucket}/iam/testPermissions?${asked}`), { headers })).json()
    expect(await held(buckets.open)).toMatchObject({ permissions: ['storage.objects.get'] })
    expect(await held(buckets.closed)).not.toHaveProperty('permissions')
    expect(await held(buckets.closed, bearer)).toMatchObject({
      permissions: ['storage.objects.get', 'storage.objects.create'],
    })
  })

  it('may continue an upload that someone else started', async () => {
    const start = `/upload/storage/v1/b/${buckets.closed}/o?uploadType=resumable&name=resumed`
    const started = await fetch(use.url(start), { method: 'POST', headers: bearer })
    const location = started.headers.get('location') ?? ''
    expect((await fetch(location, { method: 'PUT', body: 'all' })).status).toBe(200)
  })
})

describe('a wrong token', () => {
  it.each(['Bearer another', 'Bearer', `Basic ${token}`, `Bearer ${token}x`, token])(
    'is refused with 401, even in a public bucket: %s',
    async (authorization) => {
      const json = await fetch(use.url(`/storage/v1/b/${buckets.open}/o`), { headers: { authorization } })
      expect([json.status, ((await json.json()) as Errors).error.errors[0]?.reason]).toEqual([
        401,
        'authError',
      ])
      for (const bucket of [buckets.open, buckets.closed]) {
        const xml = await fetch(use.url(`/${bucket}/a`), { headers: { authorization } })
        expect([xml.status, await xml.text()]).toEqual([
          401,
          expect.stringContaining('AuthenticationRequired'),
        ])
      }
    },
  )
})

it.each(['GET', 'PUT', 'DELETE'])('an anonymous %s of a private object URL gets 403', async (method) => {
  expect((await fetch(use.url(`/${buckets.closed}/a`), { method })).status).toBe(403)
})

type Interceptor = Storage['interceptors'][number]
const retryOptions = { autoRetry: false, maxRetries: 0 }

describe('the official client', () => {
  it('sends no credentials to a custom endpoint, and is refused', async () => {
    const storage = new Storage({
      apiEndpoint: use.emulator().url,
      projectId: 'p',
      credentials: account,
      retryOptions,
    })
    const refused = storage.bucket(buckets.closed).file('a').save('x', { resumable: false })
    await expect(refused).rejects.toMatchObject({ code: 401 })
  })

  it('works with a token added to its requests', async () => {
    const storage = new Storage({ apiEndpoint: use.emulator().url, projectId: 'p', retryOptions })
    const request: Interceptor['request'] = (asked) =>
      Object.assign(asked, { headers: { ...asked.headers, ...bearer } }) as ReturnType<Interceptor['request']>
    storage.interceptors.push({ request })
    const bucket = storage.bucket(buckets.closed)
    const content = randomBytes(300_000)
    await bucket.file('official').save(content, { resumable: false })
    expect((await bucket.file('official').download())[0]).toEqual(content)
    expect((await bucket.getFiles())[0].map(({ name }) => name)).toContain('official')
    await bucket.file('official').delete()
    expect((await bucket.file('official').exists())[0]).toBe(false)
  })
})

describe('the storage of a load test', () => {
  const open = (accessToken?: string) =>
    createGoogleCloudStorage({
      ...usualStorage,
      apiEndpoint: use.emulator().url,
      bucket: buckets.closed,
      urlKind: 'signed',
      credentials: account,
      accessToken,
    })

  it('works with its token, and its signed URLs need none', async () => {
    const storage = open(token)
    const { url } = await storage.upload(new Blob(['hello']), { name: 'mine' })
    expect(await (await fetch(url)).text()).toBe('hello')
    expect(await (await storage.download(url)).text()).toBe('hello')
    expect((await storage.list()).map(({ name }) => name)).toContain('mine')
    expect(await storage.missingPermissions()).toEqual([])
    expect(await storage.delete(url)).toBe(true)
    await storage.close()
  })

  it('is refused without a token', async () => {
    const storage = open()
    await expect(storage.upload(new Blob(['hello']), { name: 'mine' })).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      details: { status: 401 },
    })
    expect(await storage.missingPermissions()).toHaveLength(4)
    await storage.close()
  })
})
