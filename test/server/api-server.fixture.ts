import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hex, LocalAccount } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import type { ServerFilesAndPermission } from '../../src/chain/permissions/add-server-files-and-permissions.ts'
import {
  permissionsDomain,
  serverFilesAndPermissionTypes,
} from '../../src/chain/permissions/server-files-and-permission-hash.ts'
import { deployedContracts } from '../../src/config/moksha.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import type { ApiServerOptions } from '../../src/server/api-server-options.ts'
import { LoadTestApiServer } from '../../src/server/load-test-api-server.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { registerGrantee } from '../../src/testbed/chain/register-grantee.ts'
import { type ChainOptions, type RunningChain, startChain } from '../../src/testbed/chain/start-chain.ts'

/** The app's public development key. */
export const appPrivateKey: Hex = '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a'
export const app = toNativeAccount(appPrivateKey)

/** What the scripted personal server was asked, and what it is to answer next. */
export type ScriptedServer = {
  url: string
  requests: { method: string; path: string; body: string }[]
  answer(next: { status: number; body: unknown; headers?: Record<string, string> }): void
  stop(): Promise<void>
}

/** A server on a real socket that gives a prepared answer. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: ScriptedServer['requests'] = []
  let next: { status: number; body: unknown; headers?: Record<string, string> } = { status: 200, body: {} }
  const server = createServer(async (request, response) => {
    const body = await readAll(request)
    requests.push({ method: request.method ?? '', path: request.url ?? '', body })
    // A status of 0 means never to answer.
    if (next.status === 0) return
    response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers })
    response.end(typeof next.body === 'string' ? next.body : JSON.stringify(next.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/api/v1`,
    requests,
    answer(told) {
      next = told
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

/** A chain with contracts and a grantee, a scripted personal server, and API servers on demand. */
export type ApiWorld = {
  chain: RunningChain
  granteeId: bigint
  personalServer: ScriptedServer
  apiServer(options?: Partial<ApiServerOptions>): LoadTestApiServer
  stop(): Promise<void>
}

export async function startApiWorld(chainOptions: ChainOptions = {}): Promise<ApiWorld> {
  const chain = await startChain(chainOptions)
  const granteeId = await registerGrantee(chain.client, { address: app.address, publicKey: app.publicKey })
  const personalServer = await startScriptedServer()
  const servers: LoadTestApiServer[] = []
  return {
    chain,
    granteeId,
    personalServer,
    apiServer(options = {}) {
      const server = new LoadTestApiServer({
        rpcUrls: [chain.rpcUrl],
        chainId: chain.chainId,
        contracts: chain.contracts,
        personalServerUrl: personalServer.url,
        relayerPrivateKeys: [devAccounts.relayer.privateKey],
        granteePrivateKey: appPrivateKey,
        blockPollIntervalMs: 20,
        drainMs: 2_000,
        ...options,
      })
      servers.push(server)
      return server
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()))
      await Promise.all([personalServer.stop(), chain.stop()])
    },
  }
}

export const newUser = (): LocalAccount => toNativeAccount(generatePrivateKey())

let files = 0

/** A flow's message with a file of its own. */
export function flowMessage(overrides: Partial<ServerFilesAndPermission> = {}): ServerFilesAndPermission {
  files += 1
  return {
    nonce: 0n,
    granteeId: 1n,
    grant: `http://127.0.0.1:1/grants/${files}.json`,
    fileUrls: [`http://127.0.0.1:1/files/${files}.pgp`],
    schemaIds: [0n],
    serverAddress: newUser().address,
    serverUrl: 'http://127.0.0.1:1/api/v1',
    serverPublicKey: `0x04${'ab'.repeat(64)}`,
    filePermissions: [[{ account: newUser().address, key: 'c'.repeat(514) }]],
    ...overrides,
  }
}

type RelayBody = {
  typedData: { message: Record<string, unknown>; [name: string]: unknown }
  [name: string]: unknown
}

/** The SDK's relayer request, as it goes over the wire. */
export async function relayBody(user: LocalAccount, message = flowMessage()): Promise<RelayBody> {
  const domain = permissionsDomain(14800, deployedContracts.permissions)
  const types = serverFilesAndPermissionTypes
  const signature = await user.signTypedData({
    domain,
    types,
    primaryType: 'ServerFilesAndPermission',
    message: { ...message, schemaIds: message.schemaIds.map(BigInt) },
  })
  return {
    type: 'signed',
    operation: 'submitAddServerFilesAndPermissions',
    typedData: {
      domain,
      types,
      primaryType: 'ServerFilesAndPermission',
      message: {
        ...message,
        nonce: String(message.nonce),
        granteeId: String(message.granteeId),
        schemaIds: message.schemaIds.map(String),
      },
    },
    signature,
    expectedUserAddress: user.address,
  }
}

/** Posts JSON to a server without a socket. */
export async function post(
  server: LoadTestApiServer,
  url: string,
  payload: object | string,
  headers: Record<string, string> = {},
) {
  const answer = await server.inject({ method: 'POST', url, payload, headers })
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.json() as Record<string, unknown>,
  }
}
