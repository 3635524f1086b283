import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, describe, expect, it } from 'vitest'
import { redactPatterns } from '../redaction/redact-patterns.ts'
import { deployedContracts } from './moksha.ts'
import { resolveTarget, type TargetChoice } from './resolve-target.ts'
import { noStorageSecrets, type StorageSecrets } from './storage-secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'target-'))
afterAll(() => rmSync(folder, { recursive: true }))

const key = `0x${'12'.repeat(32)}` as const
const choose = (target: string, more: Partial<TargetChoice> = {}): TargetChoice => ({
  target,
  limits: { allowMainnet: false },
  secrets: { granteePrivateKey: undefined },
  ...more,
})
const variables = (values: Record<string, string>) =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value }]))

const document = {
  name: 'mine',
  chain: { id: 14_800, rpcUrls: ['http://127.0.0.1:8545'], contracts: deployedContracts },
  storage: { apiEndpoint: 'http://127.0.0.1:4443', bucket: 'b' },
  personalServer: { url: 'http://127.0.0.1:8080/api/v1/' },
  apiServer: { url: 'http://127.0.0.1:3001' },
  grantee: { id: 1, address: deployedContracts.grantees },
}
let count = 0
function fileWith(content: unknown): string {
  const path = join(folder, `target-${count++}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('resolveTarget', () => {
  it('leaves local to be started', async () => {
    expect(await resolveTarget(choose('local'), new Map())).toBe('local')
  })

  it('reads a target document, with or without an API server', async () => {
    const target = await resolveTarget(choose(fileWith(document)), new Map())
    expect(target).toMatchObject({ name: 'mine', personalServer: { url: 'http://127.0.0.1:8080/api/v1' } })
    const { apiServer: _, ...without } = document
    expect(await resolveTarget(choose(fileWith(without)), new Map())).not.toHaveProperty('apiServer')
  })

  it('does not let the environment change a target document', async () => {
    const environment = variables({
      VANA_LOAD_RPC_URL: 'http://elsewhere',
      GOOGLE_CLOUD_STORAGE_BUCKET: 'other',
    })
    const target = await resolveTarget(choose(fileWith(document)), environment)
    expect(target).toMatchObject({ storage: { bucket: 'b' }, chain: { rpcUrls: ['http://127.0.0.1:8545'] } })
  })

  it('names every key that is wrong in a document', async () => {
    const path = fileWith({ ...document, chain: { ...document.chain, id: 'x' }, grantee: {}, colour: 1 })
    const error = await resolveTarget(choose(path), new Map()).catch((reason: Error) => reason)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    for (const found of ['chain.id', 'grantee.id', 'grantee.address', 'colour']) {
      expect(String(error)).toContain(found)
    }
  })

  it('says that there is no such target', async () => {
    await expect(resolveTarget(choose('moksah'), new Map())).rejects.toThrow(
      /Unknown target 'moksah'.*Did you mean moksha\?/,
    )
    await expect(resolveTarget(choose(folder), new Map())).rejects.toThrow(/can't be read: it is a directory/)
    await expect(resolveTarget(choose(fileWith('{')), new Map())).rejects.toThrow(/is not JSON/)
  })

  it('knows Moksha but for bucket and grantee, and names the variables of what is missing', async () => {
    const error = await resolveTarget(choose('moksha'), new Map()).catch((reason: Error) => reason)
    expect(String(error)).toContain('VANA_LOAD_STORAGE_BUCKET')
    expect(String(error)).toContain('VANA_LOAD_GRANTEE_ID')
    expect(String(error)).not.toContain('VANA_LOAD_RPC_URL')
    const environment = variables({ GCS_BUCKET: 'mine', VANA_LOAD_GRANTEE_ID: '7' })
    const secrets = { granteePrivateKey: key }
    expect(await resolveTarget(choose('moksha', { secrets }), environment)).toEqual({
      name: 'moksha',
      chain: { id: 14_800, rpcUrls: ['https://rpc.moksha.vana.org'], contracts: deployedContracts },
      storage: { provider: 'gcs', bucket: 'mine', urls: 'signed' },
      personalServer: { url: 'https://test.server.vana.com/api/v1', profile: 'main-2025-09-05' },
      grantee: { id: 7, address: privateKeyToAddress(key) },
      faults: [],
      embedded: [],
    })
  })

  it('takes a whole target from the environment', async () => {
    const environment = variables({
      VANA_LOAD_RPC_URL: 'http://10.0.0.1:8545, http://10.0.0.2:8545',
      VANA_LOAD_CHAIN_ID: '14800',
      VANA_LOAD_STORAGE_BUCKET: 'b',
      GOOGLE_APPLICATION_CREDENTIALS: '/keys/storage.json',
      VANA_LOAD_PERSONAL_SERVER_URL: 'http://10.0.0.3/api/v1',
      VANA_LOAD_API_SERVER_URL: 'http://10.0.0.4',
      VANA_LOAD_GRANTEE_ID: '3',
      VANA_LOAD_GRANTEE_ADDRESS: deployedContracts.grantees,
    })
    expect(await resolveTarget(choose('env'), environment)).toMatchObject({
      chain: { rpcUrls: ['http://10.0.0.1:8545', 'http://10.0.0.2:8545'] },
      storage: { keyFile: '/keys/storage.json' },
      apiServer: { url: 'http://10.0.0.4' },
    })
  })

  const app = {
    VANA_LOAD_GRANTEE_ID: '3',
    VANA_LOAD_GRANTEE_ADDRESS: deployedContracts.grantees,
  }
  const storageSecrets = (given: Partial<StorageSecrets> = {}) => ({
    secrets: { granteePrivateKey: undefined, ...noStorageSecrets, ...given },
  })

  it('takes any provider of storage from the environment, and needs no bucket for the others', async () => {
    const pinata = variables({
      ...app,
      VANA_LOAD_STORAGE_PROVIDER: 'pinata',
      VANA_LOAD_STORAGE_GATEWAY: 'https://mine.mypinata.cloud',
      // Set for something else.
      GOOGLE_APPLICATION_CREDENTIALS: '/keys/storage.json',
    })
    const open = storageSecrets({ pinataJwt: 'jwt' })
    expect(await resolveTarget(choose('moksha', open), pinata)).toMatchObject({
      storage: { provider: 'pinata', gatewayUrl: 'https://mine.mypinata.cloud' },
    })
    const drive = variables({
      ...app,
      VANA_LOAD_STORAGE_PROVIDER: 'google-drive',
      VANA_LOAD_STORAGE_FOLDER: 'a-folder',
      VANA_LOAD_STORAGE_KEY_FILE: '/keys/storage.json',
    })
    expect(await resolveTarget(choose('moksha', storageSecrets()), drive)).toMatchObject({
      storage: { provider: 'google-drive', folderId: 'a-folder', keyFile: '/keys/storage.json' },
    })
  })

  it('names all at once that a provider lacks and that is for another', async () => {
    const problemsOf = async (values: Record<string, string>, given: Partial<StorageSecrets> = {}) =>
      String(
        await resolveTarget(choose('moksha', storageSecrets(given)), variables(values)).catch(
          (error: Error) => error,
        ),
      )
    const pinata = await problemsOf({
      VANA_LOAD_STORAGE_PROVIDER: 'pinata',
      VANA_LOAD_STORAGE_FOLDER: 'a-folder',
      VANA_LOAD_STORAGE_URLS: 'public',
    })
    for (const found of [
      'VANA_LOAD_PINATA_JWT',
      'VANA_LOAD_GRANTEE_ID',
      'VANA_LOAD_STORAGE_FOLDER is for Google Drive',
      'VANA_LOAD_STORAGE_URLS is for Google Cloud Storage',
    ]) {
      expect(pinata).toContain(found)
    }
    expect(pinata).not.toContain('VANA_LOAD_STORAGE_BUCKET')
    const drive = { ...app, VANA_LOAD_STORAGE_PROVIDER: 'google-drive' }
    expect(await problemsOf(drive)).toContain('VANA_LOAD_GOOGLE_DRIVE_ACCESS_TOKEN')
    const halfOpen = await problemsOf(drive, { googleDriveRefreshToken: 'a-secret' })
    expect(halfOpen).toContain('VANA_LOAD_GOOGLE_DRIVE_CLIENT_ID')
    expect(halfOpen).toContain('VANA_LOAD_GOOGLE_DRIVE_CLIENT_SECRET')
    expect(halfOpen).not.toContain('a-secret')
    // What is said of secrets by name must not look like one, or people read it without its words.
    for (const text of [pinata, halfOpen, await problemsOf(drive)]) expect(redactPatterns(text)).toBe(text)
  })

  it('asks a document for secrets only where they are looked for, and an embedded storage for none', async () => {
    const storage = { provider: 'pinata', apiEndpoint: 'http://127.0.0.1:4443' }
    const real = fileWith({ ...document, storage })
    await expect(resolveTarget(choose(real, storageSecrets()), new Map())).rejects.toThrow(
      'VANA_LOAD_PINATA_JWT',
    )
    expect(await resolveTarget(choose(real), new Map())).toMatchObject({ storage })
    const embedded = fileWith({ ...document, storage, embedded: ['storage'] })
    expect(await resolveTarget(choose(embedded, storageSecrets()), new Map())).toMatchObject({ storage })
    const far = { ...storage, apiEndpoint: 'http://pinata.example' }
    await expect(resolveTarget(choose(fileWith({ ...document, storage: far })), new Map())).rejects.toThrow(
      'a token is sent there',
    )
  })

  it('refuses mainnet unless it is allowed', async () => {
    const path = fileWith({ ...document, chain: { ...document.chain, id: 1_480 } })
    await expect(resolveTarget(choose(path), new Map())).rejects.toMatchObject({ code: 'MAINNET_REFUSED' })
    const limits = { allowMainnet: true }
    expect(await resolveTarget(choose(path, { limits }), new Map())).toMatchObject({ chain: { id: 1_480 } })
  })

  it.each([
    ['another chain', { id: 1_337 }],
    ['a remote RPC', { rpcUrls: ['http://127.0.0.1:8545', 'https://rpc.moksha.vana.org'] }],
    ['a host that only looks like loopback', { rpcUrls: ['http://127.0.0.1.example.org'] }],
  ])('refuses development keys on %s', async (_name, change) => {
    const accounts = { funder: key }
    const path = fileWith({ ...document, accounts, chain: { ...document.chain, ...change } })
    await expect(resolveTarget(choose(path), new Map())).rejects.toThrow(/development keys/)
    expect(await resolveTarget(choose(fileWith({ ...document, accounts })), new Map())).toMatchObject({
      accounts,
    })
  })
})
