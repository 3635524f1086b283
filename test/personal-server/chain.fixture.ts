import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Address, decodeFunctionData, encodeFunctionResult, type Hex, parseAbi, zeroAddress } from 'viem'

/** The contracts' real shapes: `files` has a `schemaId`, which the personal server does not know. */
export const abi = parseAbi([
  'struct Permission { uint256 id; address grantor; uint256 nonce; uint256 granteeId; string grant; uint256 startBlock; uint256 endBlock; uint256[] fileIds; }',
  'struct Grantee { address owner; address granteeAddress; string publicKey; uint256[] permissionIds; }',
  'struct File { uint256 id; address ownerAddress; string url; uint256 schemaId; uint256 addedAtBlock; }',
  'function permissions(uint256 id) view returns (Permission)',
  'function grantees(uint256 id) view returns (Grantee)',
  'function files(uint256 id) view returns (File)',
  'function filePermissions(uint256 id, address account) view returns (string)',
])

export type PermissionRow = {
  grantor: Address
  granteeId: bigint
  grant: string
  fileIds: bigint[]
  startBlock?: bigint
  endBlock?: bigint
}

export type ReadName = 'permissions' | 'grantees' | 'files' | 'filePermissions'

/** A wrong answer to a read. */
export type Fault = 'revert' | 'empty' | 'short' | 'bad-utf8' | 'http-500' | 'not-json'

/** A JSON-RPC node that answers the personal server's four reads from tables. Unknown ids have zero records. */
export type ChainFixture = {
  rpcUrl: string
  permissions: Map<bigint, PermissionRow>
  grantees: Map<bigint, Address>
  fileUrls: Map<bigint, string>
  /** By file id and lower-cased server address. */
  fileKeys: Map<string, string>
  faults: Map<ReadName, Fault>
  /** The reads so far, in order. */
  reads: { name: ReadName; to: string; args: readonly unknown[]; block: unknown }[]
  stop(): Promise<void>
}

export const fileKeyOf = (fileId: bigint, server: string): string => `${fileId}:${server.toLowerCase()}`

export async function startChainFixture(): Promise<ChainFixture> {
  const chain: Omit<ChainFixture, 'rpcUrl' | 'stop'> = {
    permissions: new Map(),
    grantees: new Map(),
    fileUrls: new Map(),
    fileKeys: new Map(),
    faults: new Map(),
    reads: [],
  }
  const server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const piece of incoming) body += piece
    const { id, method, params } = JSON.parse(body)
    const reply = (status: number, text: string): void => {
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(text)
    }
    if (method !== 'eth_call') {
      reply(200, JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }))
      return
    }
    const { functionName, args } = decodeFunctionData({ abi, data: params[0].data })
    chain.reads.push({ name: functionName, to: params[0].to, args, block: params[1] })
    const fault = chain.faults.get(functionName)
    if (fault === 'http-500') reply(500, 'down')
    else if (fault === 'not-json') reply(200, '<html>')
    else if (fault === 'revert') {
      const error = { code: 3, message: 'execution reverted', data: '0x' }
      reply(200, JSON.stringify({ jsonrpc: '2.0', id, error }))
    } else
      reply(
        200,
        JSON.stringify({ jsonrpc: '2.0', id, result: spoiled(answer(chain, functionName, args), fault) }),
      )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...chain,
    rpcUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function spoiled(result: Hex, fault: Fault | undefined): Hex {
  if (fault === 'empty') return '0x'
  if (fault === 'short') return result.slice(0, 66) as Hex
  // Breaks the first text that starts with http.
  if (fault === 'bad-utf8') return result.replace('68747470', 'ff747470') as Hex
  return result
}

function answer(
  chain: Omit<ChainFixture, 'rpcUrl' | 'stop'>,
  functionName: ReadName,
  args: readonly [bigint] | readonly [bigint, Address],
): Hex {
  const [id, account = zeroAddress] = args
  if (functionName === 'permissions') {
    const row = chain.permissions.get(id) ?? { grantor: zeroAddress, granteeId: 0n, grant: '', fileIds: [] }
    const { grantor, granteeId, grant, fileIds, startBlock = 1n, endBlock = 2n ** 256n - 1n } = row
    const result = { id, grantor, nonce: 0n, granteeId, grant, startBlock, endBlock, fileIds }
    return encodeFunctionResult({ abi, functionName, result })
  }
  if (functionName === 'grantees') {
    const address = chain.grantees.get(id) ?? zeroAddress
    const result = { owner: address, granteeAddress: address, publicKey: '0x04', permissionIds: [1n, 2n] }
    return encodeFunctionResult({ abi, functionName, result })
  }
  if (functionName === 'files') {
    const url = chain.fileUrls.get(id) ?? ''
    const result = { id, ownerAddress: zeroAddress, url, schemaId: 7n, addedAtBlock: 9n }
    return encodeFunctionResult({ abi, functionName, result })
  }
  return encodeFunctionResult({ abi, functionName, result: chain.fileKeys.get(fileKeyOf(id, account)) ?? '' })
}
