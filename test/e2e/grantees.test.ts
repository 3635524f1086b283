import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Hex, keccak256, stringToHex } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { summarySchema } from '../../src/results/summary-schema.ts'
import { startProgram } from './program.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

let folder: string
let testbed: TestTestbed

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  testbed = await startTestbed(folder, '--grantees', '3')
}, 120_000)

afterAll(async () => {
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The grantee of every permission on chain. */
async function granteesOfPermissions(): Promise<number[]> {
  const event = 'PermissionAdded(uint256,address,uint256,string,uint256[])'
  const filter = {
    address: testbed.target.chain.contracts.permissions,
    topics: [keccak256(stringToHex(event))],
  }
  const params = [{ ...filter, fromBlock: '0x0' }]
  const answer = await fetch(testbed.target.chain.rpcUrls[0] ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getLogs', params }),
  })
  const { result } = (await answer.json()) as { result: { topics: Hex[] }[] }
  return result.map(({ topics }) => Number(topics[3]))
}

it('a run spreads its users evenly over grantees, and each is asked for in the name of its own', async () => {
  const args = ['run', '--target', testbed.file, '--json', '--users', '6', '--rate', '6', '--grantees', '3']
  for (const submission of ['direct', 'relayed']) {
    const { stdout } = await startProgram([...args, '--submission', submission, '--seed', submission], folder)
      .ended
    expect(summarySchema.parse(JSON.parse(stdout)).users).toMatchObject({ succeeded: 6 })
  }
  expect((await granteesOfPermissions()).sort()).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
}, 120_000)

it('a run that asks for more grantees than there are is refused', async () => {
  const args = ['run', '--target', testbed.file, '--users', '6', '--rate', '6', '--grantees', '4']
  const { code, stderr } = await startProgram(args, folder).ended
  expect(code).toBe(2)
  expect(stderr).toContain('--grantees 4 are more than the 3 that the target has')
}, 60_000)
