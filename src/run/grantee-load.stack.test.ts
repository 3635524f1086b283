import { encodeAbiParameters, parseAbiParameters } from 'viem'
import { afterEach, expect, it } from 'vitest'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { createRpcPool } from '../chain/rpc/rpc-pool.ts'
import { type ScriptedNode, startScriptedNode } from '../chain/rpc/scripted-node.fixture.ts'
import { deployedContracts } from '../config/moksha.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { usualRpc } from '../config/usual-settings.fixture.ts'
import { watchGrantees } from './grantee-load.ts'

const address = `0x${'11'.repeat(20)}` as const
const record = parseAbiParameters(
  '(address owner, address granteeAddress, string publicKey, uint256[] permissionIds)',
)
const open: { node: ScriptedNode; rpc: RpcPool }[] = []
afterEach(async () => {
  for (const { node, rpc } of open.splice(0)) {
    await rpc.close()
    await node.stop()
  }
})

/** Watches grantees that hold so many permissions; `null` of one that can't be read. */
async function watch(held: (number | null)[], flags: Record<string, string>) {
  const node = await startScriptedNode()
  let asked = 0
  node.answer = ({ method }) => {
    if (method !== 'eth_call') return undefined
    const count = held[asked++]
    if (count === null || count === undefined) return { error: { code: -32_000, message: 'out of gas' } }
    const permissionIds = Array.from({ length: count }, (_, i) => BigInt(i))
    const fields = { owner: address, granteeAddress: address, publicKey: '', permissionIds }
    return { result: encodeAbiParameters(record, [fields]) }
  }
  const rpc = createRpcPool({ ...usualRpc, urls: [node.url], chainId: 14_800 })
  open.push({ node, rpc })
  const notes: string[] = []
  const load = await watchGrantees({
    config: resolveConfig({ flags: { ...flags, '--grantees': String(held.length) } }).config,
    target: {
      chain: { id: 14_800, rpcUrls: [node.url], contracts: deployedContracts },
      grantee: { id: 1, address },
      moreGrantees: held.slice(1).map((_, i) => ({ id: i + 2, address })),
    },
    rpc,
    note: (text) => notes.push(text),
    signal: new AbortController().signal,
  })
  return { load, notes }
}

it('grantees with room for all users are nothing to speak of', async () => {
  const { load, notes } = await watch([40, 0], { '--users': '100' })
  for (let user = 0; user < 100; user++) load.granted()
  expect({ notes, warnings: load.warnings() }).toEqual({ notes: [], warnings: [] })
})

it('a grantee that will have too many is noted before the users, and once more when it has', async () => {
  const { load, notes } = await watch([0, 9_990], { '--users': '100' })
  expect(notes).toEqual([expect.stringContaining('after the 9,990 that the fullest holds: 10,040')])
  for (let user = 0; user < 18; user++) load.granted()
  expect(load.warnings()).toEqual([])
  for (let user = 0; user < 82; user++) load.granted()
  expect(notes).toHaveLength(2)
  expect(load.warnings()).toMatchObject([
    { code: 'GRANTEE_FULL', message: expect.stringContaining('some 10,040 permissions') },
  ])
})

it('what one part of a split run adds the others add as well', async () => {
  const { load } = await watch([9_000], { '--users': '1000', '--part': '1/10' })
  for (let user = 0; user < 100; user++) load.granted()
  expect(load.warnings()).toMatchObject([{ message: expect.stringContaining('some 10,000 permissions') }])
})

it('a grantee that can not be read is noted, since personal servers can not read it either', async () => {
  const { load, notes } = await watch([null], { '--users': '10' })
  expect(notes).toEqual([expect.stringContaining("The record of grantee 1 can't be read")])
  expect(load.warnings()).toMatchObject([{ code: 'GRANTEE_FULL' }])
})
