import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Address, type Hex, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as prepareWallets from '../../src/scripts/prepare-wallets/command.ts'
import * as wallets from '../../src/scripts/wallets.ts'
import { relayerKeys } from '../../src/testbed/chain/relayer-accounts.ts'
import { createHdWallets } from '../../src/wallets/hd-wallets.ts'
import { generateMnemonic } from '../../src/wallets/mnemonic.ts'
import { type ApiWorld, newUser, post, relayBody, startApiWorld } from '../server/api-server.fixture.ts'
import { runInProcess } from './run-wallets.fixture.ts'
import { until } from './until.fixture.ts'

vi.setConfig({ testTimeout: 120_000 })

const program = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

let world: ApiWorld
let folder: string
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 0.2 })
  folder = await mkdtemp(join(tmpdir(), 'vana-load-lanes-'))
  const { owner, funder, relayer } = world.chain.accounts
  const document = {
    chain: { id: 14_800, rpcUrls: [world.chain.rpcUrl], contracts: world.chain.contracts },
    storage: { bucket: 'none' },
    personalServer: { url: 'http://127.0.0.1:1/api/v1' },
    grantee: { id: 1, address: owner.address },
    accounts: { owner: owner.privateKey, funder: funder.privateKey, relayer: relayer.privateKey },
  }
  await writeFile(join(folder, 'target.json'), JSON.stringify(document))
})
afterAll(async () => {
  await world?.stop()
  await rm(folder, { recursive: true })
})

type Secrets = { VANA_LOAD_MNEMONIC?: string; VANA_LOAD_RELAYER_PRIVATE_KEYS?: string }

/** Runs `wallets <args> --lanes` against the chain. */
const ask = (
  args: string,
  env: Secrets & Record<string, string>,
  journal: string = join(folder, 'lanes.ndjson'),
) =>
  runInProcess(
    wallets,
    [
      ...[...args.split(' '), '--lanes', '--target', join(folder, 'target.json')],
      ...(args.startsWith('fund') ? ['--journal', journal] : []),
    ],
    env,
  )
const json = async (args: string, env: Secrets & Record<string, string>) => {
  const { stdout, error } = await ask(`${args} --json`, env)
  expect(error).toBeUndefined()
  return JSON.parse(stdout)
}
const balance = (address: Address) => world.chain.client.getBalance({ address })
const newMnemonic = (): { VANA_LOAD_MNEMONIC: string } => ({ VANA_LOAD_MNEMONIC: generateMnemonic() })
const newKeys = (count: number): Hex[] => Array.from({ length: count }, generatePrivateKey)

/** What accounts have paid for gas from a block on. */
async function feesOf(accounts: readonly Address[], fromBlock: bigint): Promise<bigint> {
  const { client } = world.chain
  const last = await client.getBlockNumber()
  const payers = new Set(accounts.map((address) => address.toLowerCase()))
  let feesWei = 0n
  for (let blockNumber = fromBlock; blockNumber <= last; blockNumber += 1n) {
    const { transactions } = await client.getBlock({ blockNumber })
    for (const hash of transactions) {
      const { from, gasUsed, effectiveGasPrice } = await client.getTransactionReceipt({ hash })
      if (payers.has(from.toLowerCase())) feesWei += gasUsed * effectiveGasPrice
    }
  }
  return feesWei
}

describe('the lanes of a relayer', () => {
  it('are funded once, relay as many users as was said, and give the rest back, to the wei', async () => {
    const env = newMnemonic()
    const { lane } = createHdWallets(env.VANA_LOAD_MNEMONIC)
    const lanes = [0, 1, 2, 3].map(lane)
    const funder = world.chain.accounts.funder.address
    const before = await balance(funder)
    const firstBlock = await world.chain.client.getBlockNumber()

    const funded = await json('fund --users 10', env)
    expect(funded).toMatchObject({ of: 'lanes', ranges: [{ from: 0, count: 4 }], fundedWallets: 4, funder })
    expect(funded.users).toBeGreaterThanOrEqual(10)
    expect(await json('fund --users 10', env)).toMatchObject({
      satisfiedWallets: 4,
      transactions: 0,
      valueWei: '0',
    })
    const status = await json('status --users 10 --list', env)
    expect(status).toMatchObject({ of: 'lanes', funded: 4, missingWei: '0' })
    expect(status.users).toBeGreaterThanOrEqual(10)
    expect(status.list.map(({ address }: { address: Address }) => address)).toEqual(
      lanes.map(({ address }) => address),
    )

    const server = world.apiServer({ relayerPrivateKeys: lanes.map(({ privateKey }) => privateKey) })
    const hashes: unknown[] = []
    for (let i = 0; i < 10; i += 1) {
      const { status: answered, body } = await post(server, '/api/relay', await relayBody(newUser()))
      expect({ answered, body }).toMatchObject({ answered: 200 })
      hashes.push(body.hash)
    }
    await Promise.all(
      hashes.map((hash) => world.chain.client.waitForTransactionReceipt({ hash: hash as Hex })),
    )
    const sent = await Promise.all(
      lanes.map(({ address }) => world.chain.client.getTransactionCount({ address })),
    )
    expect(sent.toSorted()).toEqual([2, 2, 3, 3])

    const swept = await json('sweep', env)
    expect(swept).toMatchObject({
      of: 'lanes',
      sweptWallets: 4,
      leftWei: '0',
      failures: [],
      receiver: funder,
    })
    const spent = before - (await balance(funder))
    expect(spent).toBe(await feesOf([funder, ...lanes.map(({ address }) => address)], firstBlock))
  })

  it('are paid once when the command is killed after it has sent, and run again', async () => {
    const env = newMnemonic()
    const funder = world.chain.accounts.funder.address
    const before = await balance(funder)
    const firstBlock = await world.chain.client.getBlockNumber()
    const args = ['wallets', 'fund', '--lanes', '--funding', '0.1', '--target', 'target.json']
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...env },
      stdio: 'ignore',
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    const journal = join(folder, 'vana-load-lanes-14800.ndjson')
    const isSent = async () => (await readFile(journal, 'utf8').catch(() => '')).includes('"sent"')
    try {
      await until(async () => child.exitCode !== null || (await isSent()), 90_000)
    } finally {
      child.kill('SIGKILL')
      await ended
    }
    expect(await isSent()).toBe(true)

    const [funded, again] = [
      await ask('fund --funding 0.1', env, journal),
      await ask('fund --funding 0.1', env),
    ]
    expect([funded.error, again.stdout]).toEqual([undefined, 'All 4 lanes hold enough; nothing was paid.\n'])
    const { lane } = createHdWallets(env.VANA_LOAD_MNEMONIC)
    const held = await Promise.all([0, 1, 2, 3].map((index) => balance(lane(index).address)))
    expect(held).toEqual(Array(4).fill(parseEther('0.1')))
    const spent = before - (await balance(funder))
    expect(spent).toBe(parseEther('0.4') + (await feesOf([funder], firstBlock)))
  })

  it('are only topped up by what they lack, with a plan that says how much that is', async () => {
    const env = newMnemonic()
    const { address } = createHdWallets(env.VANA_LOAD_MNEMONIC).lane(1)
    await world.chain.client.setBalance({ address, value: parseEther('0.06') })
    const { stdout, stderr } = await ask('fund --funding 0.1 --range 1-2', env)
    expect(stderr).toMatch(
      /\nTarget balance of each lane: 0\.1 VANA, enough for about \d+ relayed users together/,
    )
    expect(stderr).toContain('Lanes 1-2: 0 hold enough; 2 get 0.14 VANA in 1 transactions')
    expect(stdout).toMatch(/^Funded 2 lanes with 0\.14 VANA/)
    expect(await balance(address)).toBe(parseEther('0.1'))
    const journal = await readFile(join(folder, 'lanes.ndjson'), 'utf8')
    expect(journal).toContain('[1,"40000000000000000"],[2,"100000000000000000"]')
  })

  it('are as many as the relayer has, whatever the first wallet of the users', async () => {
    const env = { ...newMnemonic(), VANA_LOAD_FIRST_WALLET: '500', VANA_LOAD_RELAYER_LANES: '6' }
    expect(await json('status', env)).toMatchObject({ ranges: [{ from: 0, count: 6 }] })
    expect(await json('status --count 9', env)).toMatchObject({ ranges: [{ from: 0, count: 9 }] })
    const keys = { ...env, VANA_LOAD_RELAYER_PRIVATE_KEYS: newKeys(2).join(',') }
    expect(await json('status', keys)).toMatchObject({ ranges: [{ from: 0, count: 2 }] })
    expect(await json('status', {})).toMatchObject({ ranges: [{ from: 0, count: 1 }], funded: 1 })
  })

  it('are all those of a testbed, as its document lists them', async () => {
    const document = JSON.parse(await readFile(join(folder, 'target.json'), 'utf8'))
    const relayers = relayerKeys(3)
    const path = join(folder, 'three-lanes.json')
    await writeFile(path, JSON.stringify({ ...document, accounts: { ...document.accounts, relayers } }))
    const receiver = world.chain.accounts.owner.address
    for (const address of relayers.slice(1).map((key) => privateKeyToAddress(key))) {
      await world.chain.client.setBalance({ address, value: parseEther('1') })
    }
    const named = async (...args: string[]) => {
      const { stdout, error } = await runInProcess(
        wallets,
        [...args, '--lanes', '--json', '--target', path],
        {},
      )
      expect(error).toBeUndefined()
      return JSON.parse(stdout)
    }
    const status = await named('status', '--list')
    expect(status).toMatchObject({ ranges: [{ from: 0, count: 3 }], wallets: 3 })
    expect(status.list.map(({ address }: { address: Address }) => address)).toEqual(
      relayers.map((key) => privateKeyToAddress(key)),
    )
    const journal = join(folder, 'three-lanes.ndjson')
    const funded = await named('fund', '--funding', '2', '--range', '1-2', '--journal', journal)
    expect(funded).toMatchObject({ fundedWallets: 2, valueWei: String(parseEther('2')) })
    const swept = await named('sweep', '--range', '1-2', '--receiver', receiver)
    expect(swept).toMatchObject({ sweptWallets: 2, leftWei: '0' })
  })

  it('pay the others if one of them is the funder, and take back what those have left', async () => {
    const keys = newKeys(3)
    const [, funder = '0x', other] = keys.map((key) => privateKeyToAddress(key))
    await world.chain.client.setBalance({ address: funder, value: parseEther('10') })
    const env = {
      VANA_LOAD_RELAYER_PRIVATE_KEYS: keys.join(','),
      VANA_LOAD_FUNDER_PRIVATE_KEY: keys[1] ?? '',
    }
    const funded = await ask('fund --funding 1', env)
    expect(funded.stderr).toContain(`Lane 1 is the funder itself, ${funder}`)
    expect(funded.stdout).toMatch(/^Funded 2 lanes with 2 VANA/)
    expect(await balance(other ?? '0x')).toBe(parseEther('1'))
    const swept = await ask('sweep', env)
    expect(swept.stderr).toContain(`Lane 1 is the receiver itself, ${funder}`)
    expect(swept.stdout).toMatch(new RegExp(`from 2 of 2 lanes to ${funder}`))
    expect(await balance(other ?? '0x')).toBe(0n)
  })

  it.each([
    ['fund', /^The only lane is the funder itself, 0x/],
    ['sweep', /^The only lane is the receiver itself, 0x/],
  ])('stay as they are if there is but one, with nobody else to %s it', async (action, message) => {
    const [key = '0x'] = newKeys(1)
    const address = privateKeyToAddress(key)
    await world.chain.client.setBalance({ address, value: parseEther('1') })
    const { error, exitCode } = await ask(action, { VANA_LOAD_RELAYER_PRIVATE_KEYS: key })
    expect({ error, exitCode }).toMatchObject({ exitCode: 2, error: { code: 'CONFIG_INVALID' } })
    expect(String((error as Error).message)).toMatch(message)
    expect(await balance(address)).toBe(parseEther('1'))
  })

  it.each([
    ['beyond the cap', 'fund --funding 1 --max-spend 2', 5, 'SPENDING_CAP'],
    ['beyond what the funder has', 'fund --funding 9999999', 3, 'CHAIN_INSUFFICIENT_FUNDS'],
    ['when gas costs more than may be paid', 'fund --max-fee 0.000001', 3, 'CHAIN_UNDERPRICED'],
    ['for lanes that there are no keys of', 'fund --count 3', 2, 'CONFIG_INVALID'],
  ])('are not funded %s', async (_how, args, exitCode, code) => {
    const funder = world.chain.accounts.funder.address
    const before = await balance(funder)
    const env: Record<string, string> = args.includes('--count')
      ? { VANA_LOAD_RELAYER_PRIVATE_KEYS: newKeys(2).join(',') }
      : newMnemonic()
    const [main = '', ...rest] = args.split(' ')
    // The funder has to be another than the first of the keys.
    const { privateKey } = world.chain.accounts.funder
    const result = await ask([main, ...rest].join(' '), { ...env, VANA_LOAD_FUNDER_PRIVATE_KEY: privateKey })
    expect(result).toMatchObject({ exitCode, stdout: '', error: { code } })
    expect(await balance(funder)).toBe(before)
  })

  it('say which variables give a relayer, where there is none', async () => {
    const document = JSON.parse(await readFile(join(folder, 'target.json'), 'utf8'))
    const { accounts: _development, ...rest } = document
    await writeFile(join(folder, 'bare.json'), JSON.stringify(rest))
    for (const action of ['fund', 'status', 'sweep']) {
      const args = [action, '--lanes', '--keystore', 'w.json', '--target', join(folder, 'bare.json')]
      const { error, exitCode } = await runInProcess(wallets, args, {})
      expect({ error, exitCode }).toMatchObject({
        exitCode: 2,
        error: {
          code: 'CONFIG_INVALID',
          hint: expect.stringMatching(/VANA_LOAD_RELAYER_PRIVATE_KEYS or VANA_LOAD_MNEMONIC/),
        },
      })
    }
  })

  it('never show their keys', async () => {
    const keys = newKeys(2)
    const env = { VANA_LOAD_RELAYER_PRIVATE_KEYS: keys.join(',') }
    const results = [
      await ask('fund --range 1', {
        ...env,
        VANA_LOAD_FUNDER_PRIVATE_KEY: world.chain.accounts.funder.privateKey,
      }),
      await ask('status --list', env),
      await ask('fund --count 7', env),
    ]
    const said = results.flatMap(({ stdout, stderr, error }) => [stdout, stderr, String(error)]).join('\n')
    const written = await readFile(join(folder, 'lanes.ndjson'), 'utf8')
    for (const key of keys) expect(`${said}${written}`).not.toContain(key.slice(2))
  })
})

describe('prepare-wallets', () => {
  it('says what a relayed run needs instead', async () => {
    const args = ['--count', '1', '--target', join(folder, 'target.json')]
    const prepare = async (env: Record<string, string>) => {
      const { stderr, error } = await runInProcess(
        prepareWallets,
        [...args, '--journal', join(folder, 'users.ndjson')],
        { ...newMnemonic(), ...env },
      )
      expect(error).toBeUndefined()
      return stderr
    }
    expect(await prepare({ VANA_LOAD_SUBMISSION: 'relayed' })).toContain('`vana-load wallets fund --lanes`')
    expect(await prepare({})).not.toContain('--lanes')
  })
})
