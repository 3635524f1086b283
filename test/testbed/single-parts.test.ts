import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noStorageSecrets } from '../../src/config/storage-secrets.ts'
import { openStorage } from '../../src/flow/open-storage.ts'
import { relayerKeys } from '../../src/testbed/chain/relayer-accounts.ts'
import { startProgram } from '../e2e/program.fixture.ts'
import { type ChainFixture, fileKeyOf, startChainFixture } from '../personal-server/chain.fixture.ts'
import { type FileStore, startFileStore } from '../personal-server/file-store.fixture.ts'
import { encryptPgp, seal } from '../personal-server/seal.fixture.ts'
import { app, grantOf } from '../personal-server/world.fixture.ts'
import { argumentsOf, interrupt, isAlive, startPart } from './started-part.fixture.ts'

const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const user = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

let folder: string
let chain: ChainFixture
let store: FileStore
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  chain = await startChainFixture()
  store = await startFileStore()
})
afterAll(async () => {
  await chain.stop()
  await store.stop()
  rmSync(folder, { recursive: true, force: true })
})

const get = async (url: string): Promise<{ status: number; json: Record<string, unknown> }> => {
  const answer = await fetch(url)
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
}

describe('vana-load testbed --only', () => {
  it('storage: prints its URL, metrics page and process id, and stops it on an interrupt', async () => {
    const part = await startPart(['storage'], folder)
    const { url = '', storage, embedded, metricsUrls, pids, ...rest } = part.document
    expect(storage).toEqual({ provider: 'gcs', apiEndpoint: url, bucket: 'vana-load', urls: 'public' })
    expect({ embedded, rest }).toEqual({ embedded: ['storage'], rest: {} })
    expect((await get(`${url}/storage/v1/b/vana-load/o`)).json).toEqual({ kind: 'storage#objects' })
    expect((await get(metricsUrls?.storage ?? '')).json).toMatchObject({ requests: 1 })
    const pid = pids?.storage ?? 0
    expect(isAlive(pid)).toBe(true)
    const { code, stdout } = await interrupt(part)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect({ code, alive: isAlive(pid) }).toEqual({ code: 0, alive: false })
  })

  it('chain: has the contracts, the app and the development accounts', async () => {
    const part = await startPart(['chain', '--block-time', '100ms', '--contracts', '2026-04'], folder)
    const { url, embedded, grantee, accounts, pids, chain: described } = part.document
    expect(embedded).toEqual(['chain'])
    expect(described).toMatchObject({ id: 14800, rpcUrls: [url] })
    expect(grantee?.id).toBe(1)
    expect(Object.keys(accounts ?? {})).toEqual(['owner', 'funder', 'relayer', 'relayers'])
    expect(accounts?.relayers).toEqual(relayerKeys(4))
    expect(accounts?.relayers?.[0]).toBe(accounts?.relayer)
    await interrupt(part)
    expect(isAlive(pids?.chain ?? 0)).toBe(false)
  })

  it('storage with signed URLs: writes a key file and removes it', async () => {
    const part = await startPart(['storage', '--storage-urls', 'signed'], folder)
    const { storage } = part.document
    if (storage?.provider !== 'gcs') throw new Error('another storage was started')
    expect(storage.urls).toBe('signed')
    const keyFile = storage.keyFile ?? ''
    expect(JSON.parse(readFileSync(keyFile, 'utf8')).type).toBe('service_account')
    await interrupt(part)
    expect(() => readFileSync(keyFile)).toThrow('ENOENT')
  })

  it('storage with credentials: accepts vana-load and no client without the token', async () => {
    const part = await startPart(['storage', '--storage-auth', 'token'], folder)
    const { storage: described, embedded } = part.document
    if (described?.provider !== 'gcs') throw new Error('another storage was started')
    const upload = `${described.apiEndpoint}/upload/storage/v1/b/${described.bucket}/o?uploadType=media&name=x`
    expect((await fetch(upload, { method: 'POST', body: 'x' })).status).toBe(401)
    const storage = openStorage({ storage: described, embedded: embedded ?? [] }, noStorageSecrets, {
      timeoutMs: 30_000,
    })
    const { url: objectUrl } = await storage.upload(new Blob(['hello']), { name: 'mine' })
    expect(await (await fetch(objectUrl)).text()).toBe('hello')
    expect(await storage.missingPermissions()).toEqual([])
    expect((await storage.list()).map(({ name }) => name)).toEqual(['mine'])
    await storage.close()
    await interrupt(part)
  })

  it('personal-server: works with any chain that answers its four reads, and any storage', async () => {
    const args = ['personal-server', '--rpc', chain.rpcUrl, '--profile', 'head-2025-10-17']
    const part = await startPart([...args, '--concurrency', 'serial'], folder, { WALLET_MNEMONIC: words })
    const { url = '', personalServer, embedded } = part.document
    expect(personalServer).toEqual({ url, profile: 'head-2025-10-17' })
    expect(embedded).toEqual(['personalServer', 'model'])
    const { json } = await get(`${url}/identity?address=${user}`)
    const server = json.personal_server as { address: string; public_key: string }
    chain.grantees.set(5n, app.address)
    chain.permissions.set(7n, {
      grantor: user,
      granteeId: 5n,
      grant: store.put('/grant', JSON.stringify(grantOf())),
      fileIds: [9n],
    })
    chain.fileUrls.set(9n, store.put('/file', await encryptPgp('{"hello":"world"}', 'a passphrase')))
    chain.fileKeys.set(fileKeyOf(9n, server.address), seal('a passphrase', server.public_key))
    const text = '{"permission_id":7}'
    const created = await fetch(`${url}/operations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        app_signature: await app.signMessage({ message: text }),
        operation_request_json: text,
      }),
    })
    expect(created.status).toBe(202)
    const { id } = (await created.json()) as { id: string }
    expect((await get(`${url}/operations/${id}`)).json).toMatchObject({ kind: 'OperationStatus', id })
    await interrupt(part)
  })

  it('personal-server: reads its mnemonic from the environment and never shows it', async () => {
    const args = ['personal-server', '--rpc', chain.rpcUrl]
    const own = await startPart(args, folder, { WALLET_MNEMONIC: words })
    const known = await startPart(args, folder)
    const identityAt = async (url = '') => (await get(`${url}/identity?address=${user}`)).json.personal_server
    // Vector of the original for this user and the public development mnemonic.
    expect(await identityAt(known.document.url)).toMatchObject({
      address: '0x040C1a6C3585e86104D73b2984F76d46420d788c',
    })
    expect(await identityAt(own.document.url)).not.toEqual(await identityAt(known.document.url))
    const { pids } = own.document
    const visible = [argumentsOf(own.child.pid ?? 0), argumentsOf(pids?.personalServer ?? 0)]
    const { stdout, stderr } = await interrupt(own)
    expect([...visible, stdout, stderr].join('\n')).not.toContain('sausage')
    await interrupt(known)
  })

  it('personal-server: applies the given rate limits', async () => {
    const args = ['personal-server', '--rpc', chain.rpcUrl, '--rate-limits', 'identity=2']
    const part = await startPart(args, folder)
    const identity = `${part.document.url}/identity?address=${user}`
    const statuses: number[] = []
    // At most one window ends meanwhile.
    for (let count = 0; count < 6; count++) statuses.push((await get(identity)).status)
    expect(statuses.slice(0, 2)).toEqual([200, 200])
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2)
    await interrupt(part)
  })

  it('api-server: reports an unreachable chain with the exit code of a target that is not ready', async () => {
    const args = ['--only', 'api-server', '--rpc', 'http://127.0.0.1:9']
    const { code, stdout, stderr } = await startProgram(
      ['testbed', ...args, '--personal-server-url', 'http://127.0.0.1:9/api/v1', '--json'],
      folder,
    ).ended
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('CHAIN_UNREACHABLE')
  })

  it('api-server: does not relay on mainnet', async () => {
    const key = `0x${'7c'.repeat(32)}`
    const args = ['--only', 'api-server', '--rpc', 'http://127.0.0.1:9', '--chain-id', '1480']
    const { code, stdout, stderr } = await startProgram(
      ['testbed', ...args, '--personal-server-url', 'http://127.0.0.1:9/api/v1'],
      folder,
      { VANA_LOAD_GRANTEE_PRIVATE_KEY: key, VANA_LOAD_RELAYER_PRIVATE_KEYS: key },
    ).ended
    expect(code).toBe(2)
    expect(stderr).toContain('MAINNET_REFUSED')
    expect(stdout + stderr).not.toContain('7c7c')
  })

  it.each(['chain', 'storage', 'personal-server'])('%s: reports a taken port', async (name) => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as { port: number }
    const rpc = name === 'personal-server' ? ['--rpc', chain.rpcUrl] : []
    const args = ['testbed', '--only', name, '--port', String(port), ...rpc]
    const { code, stdout, stderr } = await startProgram(args, folder).ended
    await new Promise((resolve) => holder.close(resolve))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('PORT_IN_USE')
    expect(stderr).toContain(String(port))
  })
})
