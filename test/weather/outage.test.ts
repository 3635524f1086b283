import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http, parseEther, publicActions } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFaultProxy } from '../../src/testbed/faults/start-fault-proxy.ts'
import { embeddedMnemonic } from '../../src/wallets/embedded-mnemonic.ts'
import { createHdWallets } from '../../src/wallets/hd-wallets.ts'
import { startProgram } from '../e2e/program.fixture.ts'
import { fileOfRun, summaryOf } from '../e2e/run.fixture.ts'
import { startTestbed, type TestTestbed } from '../e2e/testbed.fixture.ts'
import { createAccountReader } from './account-sheet.fixture.ts'
import { isWhole } from './weather.fixture.ts'

const users = 6
let folder: string
let testbed: TestTestbed
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-outage-'))
  testbed = await startTestbed(folder)
}, 120_000)

afterAll(async () => {
  for (const clean of cleanups.reverse()) await clean()
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A run whose only RPC endpoint fails from the first user on, and the accounts as the chain behind it has them. */
async function runWithOutage(name: string, fault: string) {
  const { target } = testbed
  const [upstream = ''] = target.chain.rpcUrls
  const settings = { upstream, faults: [fault], held: true, seed: name }
  const proxy = await startFaultProxy({ port: 0, ...settings })
  cleanups.push(() => proxy.stop())
  const file = join(folder, `${name}.json`)
  const chain = { ...target.chain, rpcUrls: [proxy.url] }
  writeFileSync(file, JSON.stringify({ ...target, chain }))
  const wallets = createHdWallets(embeddedMnemonic(name, { chainId: chain.id, rpcUrls: chain.rpcUrls }))
  // A funder of its own: the tests run beside each other.
  const env = { VANA_LOAD_FUNDER_PRIVATE_KEY: wallets.user(1000).privateKey }
  const funder = privateKeyToAddress(env.VANA_LOAD_FUNDER_PRIVATE_KEY)
  const client = createTestClient({ mode: 'anvil', transport: http(upstream) }).extend(publicActions)
  await client.setBalance({ address: funder, value: parseEther('10') })
  const accounts = createAccountReader(
    client,
    funder,
    Array.from({ length: users }, (_, i) => wallets.user(i).address),
  )
  const before = await accounts.read()
  const load = ['--users', `${users}`, '--rate', '3', '--timeout', '60s', '--grace', '5s']
  const args = ['run', '--seed', name, '--out', name, '--json', '--target', file, ...load]
  const run = startProgram(args, folder, env)
  cleanups.push(() => run.child.kill('SIGKILL'))
  await run.says(/users are arriving/)
  proxy.startFaults()
  const endOutage = async (): Promise<void> => {
    await proxy.stop()
    const { port } = new URL(proxy.url)
    const healthy = await startFaultProxy({ port: Number(port), ...settings, faults: [] })
    cleanups.push(() => healthy.stop())
  }
  return { run, accounts, before, endOutage, env }
}

describe('an RPC endpoint that fails from the first user on', () => {
  // The run looks for the endpoint for minutes before it gives up.
  test.concurrent.each(isWhole ? ['503', 'hang'] : [])(
    'for good (%s): the run ends, says why, and names the command that returns the money',
    async (kind) => {
      const name = `gone-${kind}`
      const { run, accounts, before, env } = await runWithOutage(name, `rpc:${kind}=100%`)
      const { summary, code } = await summaryOf(run)
      const { stderr } = await run.ended
      expect([3, 4, 5]).toContain(code)
      expect(summary.users).toMatchObject({ succeeded: 0, started: expect.any(Number) })
      const failures = summary.errors.map(({ example }) => example).join('\n')
      expect(failures).toMatch(kind === '503' ? /answered HTTP 503/ : /does not answer/)
      const said = [stderr, ...summary.problems.map(({ message }) => message)].join('\n')
      expect(said).toContain('wallets sweep')

      const args = ['wallets', 'sweep', '--target', testbed.file, '--count', `${users}`, '--seed', name]
      const swept = await startProgram([...args, '--json'], folder, env).ended
      expect(swept.code, swept.stderr).toBe(0)
      const after = await accounts.read()
      expect(after.sumWei).toBe(before.sumWei)
      expect(after.walletsWei).toEqual(before.walletsWei.map(() => 0n))
    },
    600_000,
  )

  test.concurrent('and is back before the run has ended: the run returns the money itself', async () => {
    const { run, accounts, before, endOutage } = await runWithOutage('back', 'rpc:503=100%')
    while (fileOfRun(folder, 'back', 'flows.ndjson') === '') await sleep(100)
    await endOutage()
    const { summary, code } = await summaryOf(run)
    expect(summary.problems).toEqual([])
    expect([0, 4, 5]).toContain(code)
    expect(summary.money.leftWei).toBe('0')
    const after = await accounts.read()
    expect(after.sumWei).toBe(before.sumWei)
    expect(after.walletsWei).toEqual(before.walletsWei.map(() => 0n))
  }, 600_000)
})
