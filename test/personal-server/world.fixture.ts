import { type Address, generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { PersonalServerOptions } from '../../src/testbed/personal-server/options.ts'
import {
  type PersonalServer,
  startPersonalServer,
} from '../../src/testbed/personal-server/start-personal-server.ts'
import { type ChainFixture, fileKeyOf, startChainFixture } from './chain.fixture.ts'
import { type FileStore, startFileStore } from './file-store.fixture.ts'
import { encryptPgp, seal } from './seal.fixture.ts'

export const mnemonic = 'test test test test test test test test test test test junk'

const appKey = generatePrivateKey()
export const app = privateKeyToAccount(appKey)
export const stranger = privateKeyToAccount(generatePrivateKey())
export const user = privateKeyToAccount(generatePrivateKey())
export const granteeId = 5n

/** An answer of the server, parsed if it is JSON. */
export type Answer = { status: number; headers: Headers; text: string; json: unknown }

export type PermissionParts = {
  grant?: unknown
  grantUrl?: string
  files?: (Uint8Array | string)[]
  fileUrls?: string[]
  fileKeys?: string[]
  fileIds?: bigint[]
  granteeId?: bigint
  grantor?: Address
}

/** A personal server with its own chain and file store, and the means to act as an app. */
export type World = {
  server: PersonalServer
  chain: ChainFixture
  store: FileStore
  request(path: string, init?: RequestInit): Promise<Answer>
  /** Creates a permission with its grant and files, and returns its id. */
  permit(parts?: PermissionParts): Promise<bigint>
  /** Signs and posts a request. */
  post(
    permissionId: bigint | string,
    by?: { signMessage(m: { message: string }): Promise<string> },
  ): Promise<Answer>
  stop(): Promise<void>
}

export const grantOf = (parameters: unknown = { prompt: 'Say: {{data}}' }, more: object = {}): object => ({
  grantee: app.address,
  operation: 'llm_inference',
  parameters,
  ...more,
})

export async function createWorld(options: Partial<PersonalServerOptions> = {}): Promise<World> {
  const chain = await startChainFixture()
  const store = await startFileStore()
  const server = await startPersonalServer({
    rpcUrl: chain.rpcUrl,
    chainId: 14800,
    mnemonic,
    sleep: async () => {},
    ...options,
  })
  const origin = new URL(server.url).origin
  chain.grantees.set(granteeId, app.address)
  let nextId = 1n

  const request: World['request'] = async (path, init) => {
    const response = await fetch(origin + path, { redirect: 'manual', ...init })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text !== '' ? JSON.parse(text) : undefined,
    }
  }

  return {
    server,
    chain,
    store,
    request,
    async permit(parts = {}) {
      const id = nextId++
      const grantUrl = parts.grantUrl ?? store.put(`/grants/${id}`, JSON.stringify(parts.grant ?? grantOf()))
      const grantor = parts.grantor ?? user.address
      const identity = await request(`/api/v1/identity?address=${grantor}`)
      const { address, public_key } = (
        identity.json as { personal_server: Record<'address' | 'public_key', string> }
      ).personal_server
      const files = parts.files ?? ['{"hello":"wörld"}']
      const fileIds: bigint[] = []
      for (const [index, file] of files.entries()) {
        const fileId = fileIdOf(id, index)
        const url =
          parts.fileUrls?.[index] ?? store.put(`/files/${fileId}`, await encryptPgp(file, 'a passphrase'))
        chain.fileUrls.set(fileId, url)
        chain.fileKeys.set(
          fileKeyOf(fileId, address),
          parts.fileKeys?.[index] ?? seal('a passphrase', public_key),
        )
        fileIds.push(fileId)
      }
      chain.permissions.set(id, {
        grantor,
        granteeId: parts.granteeId ?? granteeId,
        grant: grantUrl,
        fileIds: parts.fileIds ?? fileIds,
      })
      return id
    },
    async post(permissionId, by = app) {
      const text = typeof permissionId === 'string' ? permissionId : `{"permission_id":${permissionId}}`
      return request('/api/v1/operations', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          app_signature: await by.signMessage({ message: text }),
          operation_request_json: text,
        }),
      })
    },
    async stop() {
      await server.stop()
      await chain.stop()
      await store.stop()
    },
  }
}

/** Id of a permission's file. */
export const fileIdOf = (permissionId: bigint, index = 0): bigint => permissionId * 100n + BigInt(index)

/** The body of an application error. */
export const applicationError = (
  detail: string,
  error_code: string,
  field: string | null = null,
): object => ({
  detail: { kind: 'Error', detail, error_code, field },
})
