import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeErrorResult, parseEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revertAbi } from '../../src/chain/permissions/abi.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { type Target, targetSchema } from '../../src/config/target.ts'
import { usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { examineTarget } from '../../src/scripts/doctor/examine-target.ts'
import { createAnvilClient } from '../../src/testbed/chain/anvil-client.ts'
import { revertingCode } from '../chain/reverting-code.fixture.ts'
import { type RunningProgram, startProgram } from '../e2e/program.fixture.ts'
import { runCli } from './run-cli.ts'

const { signal } = new AbortController()
let testbed: RunningProgram
let local: Target
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-doctor-'))
  testbed = startProgram(['testbed', '--json', '--block-time', '1s'], folder)
  const [line] = await testbed.says(/^\{.*\}$/m)
  local = targetSchema.parse(JSON.parse(line))
}, 120_000)
afterAll(async () => {
  testbed?.child.kill('SIGTERM')
  await testbed?.ended
  await rm(folder, { recursive: true, force: true })
})

/** What is not ok about a target, and why. */
async function troubles(change: Partial<Target>, flags: Record<string, unknown> = {}) {
  const { config } = resolveConfig({ flags })
  const findings = await examineTarget({ ...local, ...change }, config, signal)
  return findings
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ name, verdict, detail }) => ({ name, verdict, detail }))
}
const nowhere = 'http://127.0.0.1:9'

describe('doctor', () => {
  it('finds the embedded stack ready, with one document on standard output', async () => {
    const file = join(folder, 'target.json')
    writeFileSync(file, JSON.stringify(local))
    const { exitCode, stdout } = await runCli(['doctor', '--target', file, '--json'])
    const report = JSON.parse(stdout)
    expect(report.checks.filter(({ verdict }: { verdict: string }) => verdict !== 'ok')).toEqual([])
    expect(report).toMatchObject({ target: 'local', ready: true })
    expect(exitCode).toBe(0)
    expect(stdout).not.toContain(local.accounts?.funder)
  })

  it('leaves with exit code 3 and says what to do when a part is missing', async () => {
    const file = join(folder, 'broken.json')
    writeFileSync(file, JSON.stringify({ ...local, personalServer: { url: `${nowhere}/api/v1` } }))
    const { exitCode, stdout } = await runCli(['doctor', '--target', file])
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(
      /^FAIL {2}personal server {2,}The personal server at http:\/\/127\.0\.0\.1:9 did not answer/m,
    )
    expect(stdout).toContain('local is not ready.')
  })

  it('looks at nothing else of a chain that is not the one', async () => {
    const { chain } = local
    const found = await troubles({ chain: { ...chain, id: 1_337 } })
    expect(found[0]).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('14800') })
    expect(found.slice(1).every(({ verdict }) => verdict === 'skipped')).toBe(true)
    expect(found.map(({ name }) => name)).not.toContain('storage')
  })

  it('tells of one endpoint that is down beside another that is up', async () => {
    const { chain } = local
    const found = await troubles({ chain: { ...chain, rpcUrls: [...chain.rpcUrls, nowhere] } })
    expect(found).toMatchObject([{ name: `RPC ${nowhere}`, verdict: 'failed' }])
  })

  it('compares the heads of several endpoints', async () => {
    const { chain } = local
    const [url = ''] = chain.rpcUrls
    const lagging = await startScriptedNode({ upstream: url })
    const heads = async () => {
      const { config } = resolveConfig({ flags: {} })
      const target = { ...local, chain: { ...chain, rpcUrls: [url, lagging.url] } }
      const findings = await examineTarget(target, config, signal)
      return findings.find(({ name }) => name === 'heads')
    }
    expect(await heads()).toMatchObject({
      verdict: 'ok',
      detail: expect.stringMatching(/^2 endpoints, at most [0-3] blocks apart$/),
    })
    lagging.answer = ({ method, params: [which] }) =>
      method === 'eth_getBlockByNumber' && which === 'latest'
        ? lagging.forward({ id: 1, method, params: ['0x0', false] })
        : undefined
    await expect
      .poll(() => lagging.forward({ id: 1, method: 'eth_blockNumber', params: [] }))
      .not.toEqual({
        result: expect.stringMatching(/^0x[0-3]$/),
      })
    expect(await heads()).toMatchObject({
      verdict: 'warning',
      detail: expect.stringContaining('blocks behind the best other endpoint'),
      hint: expect.stringContaining('caught up'),
    })
    await lagging.stop()
  })

  it('tells contracts that are not there: those that flows need, and those that only help', async () => {
    const { chain, grantee } = local
    const contractsWith = (change: Partial<Target['chain']['contracts']>) => ({
      chain: { ...chain, contracts: { ...chain.contracts, ...change } },
    })
    expect(await troubles(contractsWith({ servers: grantee.address }))).toMatchObject([
      {
        name: 'contracts',
        verdict: 'failed',
        detail: expect.stringContaining(`servers (${grantee.address})`),
      },
    ])
    expect(await troubles(contractsWith({ multicall3: grantee.address }))).toMatchObject([
      { name: 'contracts', verdict: 'warning', detail: expect.stringContaining('multicall3') },
    ])
  })

  it('tells why a contract refuses to be read, by the name and arguments of its error', async () => {
    const { chain } = local
    const refusing = `0x${'77'.repeat(20)}` as const
    const args = [refusing, `0x${'00'.repeat(32)}`] as const
    const errorName = 'AccessControlUnauthorizedAccount'
    const data = encodeErrorResult({ abi: revertAbi, errorName, args })
    const rpc = createRpcPool({ ...usualRpc, urls: chain.rpcUrls, chainId: chain.id })
    await rpc.request('anvil_setCode', [refusing, revertingCode(data)])
    await rpc.close()
    const contracts = { ...chain.contracts, registry: refusing }
    expect(await troubles({ chain: { ...chain, contracts } })).toMatchObject([
      { name: 'contracts', detail: `eth_call: the contract refused: ${errorName}(${args.join(', ')})` },
    ])
  })

  it('reports a grantee with another address, or none', async () => {
    const { grantee, chain } = local
    expect(await troubles({ grantee: { ...grantee, id: 999 } })).toMatchObject([
      { name: 'grantee', verdict: 'failed', detail: expect.stringContaining('is not registered') },
    ])
    expect(await troubles({ grantee: { ...grantee, address: chain.contracts.servers } })).toMatchObject([
      { name: 'grantee', verdict: 'failed', detail: expect.stringContaining(`is ${grantee.address}`) },
    ])
  })

  it('warns of a grantee with more permissions than a node lets one read', async () => {
    expect(await troubles({}, { '--preset': 'burst', '--grantees': '1', '--funding': '0.01' })).toMatchObject(
      [{ name: 'grantee', verdict: 'warning', detail: expect.stringContaining('with 12500 more') }],
    )
  })

  it('tells money that is too little: of the funder, and of a wallet for one flow', async () => {
    expect(await troubles({}, { '--funding': '1000', '--users': '60' })).toMatchObject([
      { name: 'balances', verdict: 'failed', detail: expect.stringContaining('60000 VANA') },
    ])
    expect(await troubles({}, { '--funding': '0.0000001' })).toMatchObject([
      { name: 'fees', verdict: 'failed' },
    ])
  })

  it('counts the gas of the payments in what the funder needs', async () => {
    const client = createAnvilClient(local.chain.rpcUrls[0] ?? '', local.chain.id)
    const address = privateKeyToAddress(local.accounts?.funder ?? '0x')
    const before = await client.getBalance({ address })
    await client.setBalance({ address, value: parseEther('1') })
    try {
      expect(await troubles({}, { '--funding': '0.1', '--users': '10', '--max-spend': '5' })).toMatchObject([
        {
          name: 'balances',
          verdict: 'failed',
          detail: expect.stringMatching(/1 VANA and up to 0\.0\d+ VANA of gas/),
        },
      ])
    } finally {
      await client.setBalance({ address, value: before })
    }
  })

  it('tells a bucket that can not be used, and an API server that is none', async () => {
    const { storage } = local
    if (storage.provider !== 'gcs') throw new Error('the embedded stack has another storage')
    expect(await troubles({ storage: { ...storage, bucket: 'another' } })).toMatchObject([
      { name: 'storage', verdict: 'failed' },
    ])
    expect(await troubles({ apiServer: { url: storage.apiEndpoint ?? '' } })).toMatchObject([
      { name: 'API server', verdict: 'failed' },
    ])
  })
})
