import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import { deployedContracts } from '../../src/config/moksha.ts'
import * as prepareWallets from '../../src/scripts/prepare-wallets/command.ts'
import * as wallets from '../../src/scripts/wallets.ts'
import { embeddedMnemonic } from '../../src/wallets/embedded-mnemonic.ts'
import { createHdWallets } from '../../src/wallets/hd-wallets.ts'
import { type CliResult, runCli } from '../cli/run-cli.ts'
import { runInProcess } from './run-wallets.fixture.ts'
import { mnemonic, startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

// Some tests start Node several times.
vi.setConfig({ testTimeout: 180_000 })

const passphrase = 'open sesame'
let stack: WalletStack
let folder: string
beforeAll(async () => {
  stack = await startWalletStack()
  folder = await mkdtemp(join(tmpdir(), 'vana-load-wallets-'))
  const { owner, funder, relayer } = stack.anvil.accounts
  const document = {
    chain: { id: 14_800, rpcUrls: [stack.anvil.rpcUrl], contracts: stack.anvil.contracts },
    storage: { bucket: 'none' },
    personalServer: { url: 'http://127.0.0.1:1/api/v1' },
    grantee: { id: 1, address: owner.address },
    accounts: { owner: owner.privateKey, funder: funder.privateKey, relayer: relayer.privateKey },
  }
  await writeFile(join(folder, 'target.json'), JSON.stringify(document))
})
afterAll(async () => {
  await stack?.stop()
  await rm(folder, { recursive: true })
})

const run = (args: string, env: Record<string, string> = {}): Promise<CliResult> =>
  runCli([...args.split(' '), '--target', 'target.json'], {
    cwd: folder,
    env: { VANA_LOAD_KEYSTORE_PASSPHRASE: passphrase, ...env },
  })
const inFolder = (name: string): string => join(folder, name)
const target = (): string[] => ['--target', inFolder('target.json')]
const secrets = { VANA_LOAD_KEYSTORE_PASSPHRASE: passphrase }
const runWallets = (args: readonly string[], env: Record<string, string> = secrets) =>
  runInProcess(wallets, [...args, ...target(), ...journalIn(args)], env)
/** Without a keystore the journal would be in the working directory. */
const journalIn = ([action]: readonly string[]): string[] =>
  action === 'fund' ? ['--journal', inFolder('journal.ndjson')] : []
const json = ({ stdout, stderr, exitCode }: CliResult): Record<string, unknown> => {
  expect(stderr).not.toContain('Warning')
  expect(stderr === '' || exitCode === 0 ? exitCode : stderr).toBe(0)
  return JSON.parse(stdout)
}

describe('the commands about wallets', () => {
  it('manage wallets from their creation to the return of the last wei', async () => {
    const made = json(await run('wallets generate --keystore w.json --count 15 --json'))
    expect(made).toMatchObject({ keystore: 'w.json', chainId: 14_800, ranges: [{ from: 0, count: 15 }] })
    expect((await stat(join(folder, 'w.json'))).mode & 0o777).toBe(0o600)

    const funded = json(await run('wallets fund --keystore w.json --funding 0.25 --json'))
    expect(funded).toMatchObject({ fundedWallets: 15, transactions: 1, valueWei: String(parseEther('3.75')) })
    const journal = await readFile(join(folder, 'w.json.money.ndjson'), 'utf8')
    expect(journal).toMatch(/"plan".*\n.*"batch".*\n.*"sent".*\n.*"paid".*\n.*"verified"/)

    const status = json(await run('wallets status --keystore w.json --funding 0.25 --list --json'))
    expect(status).toMatchObject({ wallets: 15, funded: 15, missingWei: '0' })
    expect((status.list as { address: string }[])[0]?.address).toBe(made.firstAddress)

    const swept = json(await run('wallets sweep --keystore w.json --json'))
    expect(swept).toMatchObject({
      receiver: stack.anvil.accounts.funder.address,
      sweptWallets: 15,
      leftWei: '0',
      failures: [],
    })
    expect(BigInt(String(swept.sweptWei)) + BigInt(String(swept.feesWei))).toBe(parseEther('3.75'))
  })

  it('prepare wallets in one go, and more of them later', async () => {
    const prepare = (...args: string[]) =>
      runInProcess(prepareWallets, ['--keystore', inFolder('p.json'), ...args, ...target()], secrets)
    const first = await prepare('--count', '3')
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Funded 3 wallets with 0.3 VANA/),
    })
    expect(first.stderr).toMatch(/Created the keystore .*p.json/)
    const more = await prepare('--count', '5')
    expect(more.stdout).toMatch(/^Funded 2 wallets with 0.2 VANA .* 3 held enough before/)
    const again = await prepare()
    expect(again.stdout).toBe('All 5 wallets hold enough; nothing was paid.\n')
    const status = await runWallets(['status', '--keystore', inFolder('p.json'), '--json'])
    expect(JSON.parse(status.stdout).ranges).toEqual([{ from: 0, count: 5 }])
  })

  it('take a mnemonic from the environment', async () => {
    const { stdout } = await runWallets(['status', '--range', '3-4', '--list', '--json'], {
      VANA_LOAD_MNEMONIC: mnemonic,
    })
    expect(JSON.parse(stdout).list).toEqual(
      [3, 4].map((index) => ({ index, address: stack.manager.wallet(index).address, balanceWei: '0' })),
    )
  })

  it('on an embedded chain, find the wallets of a run by its seed', async () => {
    const home = { chainId: 14_800, rpcUrls: [stack.anvil.rpcUrl] }
    const { address } = createHdWallets(embeddedMnemonic('seven', home)).user(0)
    const { stdout } = await runWallets(['status', '--count', '1', '--seed', 'seven', '--list'])
    expect(stdout).toContain(address)
  })

  it.each([
    ['without a keystore', 'generate --count 3', 2, 'CONFIG_INVALID'],
    ['over an existing keystore', 'generate --keystore TARGET', 2, 'KEYSTORE_EXISTS'],
    ['without one that is named', 'fund --keystore /none/none.json', 2, 'KEYSTORE_MISSING'],
    ['with a file that is none', 'status --keystore TARGET', 2, 'KEYSTORE_DAMAGED'],
    ['without wallets', 'status', 2, 'CONFIG_INVALID'],
    ['with a range that is none', 'status --range 9-3', 2, 'CONFIG_INVALID'],
    ['with count and range', 'status --range 3-9 --count 3', 2, 'CONFIG_INVALID'],
    ['beyond the cap', 'fund --count 3 --max-spend 0.2', 5, 'SPENDING_CAP'],
    ['beyond what the funder has', 'fund --count 3 --funding 9999999', 3, 'CHAIN_INSUFFICIENT_FUNDS'],
    ['to a contract', `sweep --count 1 --receiver ${deployedContracts.multicall3}`, 2, 'CONFIG_INVALID'],
    ['with a flag that is none', 'sweep --too 0x1', 2, 'CONFIG_INVALID'],
  ])('stop %s, before anything is paid', async (_how, args, exitCode, code) => {
    const { address } = stack.anvil.accounts.funder
    const before = await stack.balance(address)
    const result = await runWallets(args.replace('TARGET', inFolder('target.json')).split(' '))
    expect(result).toMatchObject({ exitCode, stdout: '', error: { code } })
    expect(await stack.balance(address)).toBe(before)
  })

  it('stop when gas costs more than the cap, before anything is paid', async () => {
    const { address } = stack.anvil.accounts.funder
    const before = await stack.balance(address)
    for (const action of ['fund', 'sweep']) {
      const result = await runWallets([action, '--count', '3', '--max-fee', '0.000001'])
      expect(result).toMatchObject({ exitCode: 3, stdout: '', error: { code: 'CHAIN_UNDERPRICED' } })
      expect(String(result.error)).toContain('above the cap of')
    }
    expect(await stack.balance(address)).toBe(before)
  })

  it('stop when one endpoint of several serves another chain, before anything is paid', async () => {
    const { address } = stack.anvil.accounts.funder
    const before = await stack.balance(address)
    const other = await startScriptedNode({ chainId: 1481 })
    try {
      const document = JSON.parse(await readFile(inFolder('target.json'), 'utf8'))
      const chain = { ...document.chain, rpcUrls: [stack.anvil.rpcUrl, other.url] }
      await writeFile(inFolder('mixed.json'), JSON.stringify({ ...document, chain }))
      for (const action of ['fund', 'sweep']) {
        const args = [action, '--count', '3', '--target', inFolder('mixed.json'), ...journalIn([action])]
        const result = await runInProcess(wallets, args, secrets)
        expect(result).toMatchObject({ exitCode: 3, stdout: '', error: { code: 'CHAIN_WRONG_ID' } })
        expect(String(result.error)).toContain('serves chain 1481, not 14800')
      }
    } finally {
      await other.stop()
    }
    expect(await stack.balance(address)).toBe(before)
  })

  it('say when others on the machine can read the keystore', async () => {
    await run('wallets generate --keystore open.json --count 1')
    await chmod(inFolder('open.json'), 0o644)
    const { stderr, exitCode } = await runWallets(['status', '--keystore', inFolder('open.json')])
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/Others on this machine may use .*open.json \(mode 0644\); `chmod 600/)
  })

  it('let two machines share a mnemonic by ranges, each funded and swept apart', async () => {
    const shared = { VANA_LOAD_MNEMONIC: mnemonic }
    const ask = async (args: string) => {
      const { stdout, error } = await runWallets(args.split(' '), shared)
      expect(error).toBeUndefined()
      return JSON.parse(stdout)
    }
    const [first, second] = ['--range 500-504', '--range 505-509'] as const
    await ask(`fund ${first} --json`)
    await ask(`fund ${second} --json`)
    expect(await ask(`sweep ${first} --json`)).toMatchObject({ wallets: 5, sweptWallets: 5, leftWei: '0' })
    expect(await ask(`status ${second} --json`)).toMatchObject({ funded: 5, missingWei: '0' })
    expect(await ask(`sweep ${second} --json`)).toMatchObject({ wallets: 5, sweptWallets: 5, leftWei: '0' })
    expect(await ask('status --range 500-509 --json')).toMatchObject({ empty: 10, totalWei: '0' })
  })

  it('do not move mainnet funds unless allowed, with a cap', async () => {
    const document = JSON.parse(await readFile(inFolder('target.json'), 'utf8'))
    const { accounts: _development, ...rest } = { ...document, chain: { ...document.chain, id: 1480 } }
    await writeFile(inFolder('mainnet.json'), JSON.stringify(rest))
    const fund = (...more: string[]) =>
      runInProcess(wallets, ['fund', '--count', '2', '--target', inFolder('mainnet.json'), ...more], {
        VANA_LOAD_MNEMONIC: mnemonic,
      })
    expect(await fund()).toMatchObject({ exitCode: 2, error: { code: 'MAINNET_REFUSED' } })
    const uncapped = await fund('--allow-mainnet')
    expect(uncapped).toMatchObject({ exitCode: 2, error: { code: 'CONFIG_INVALID' } })
    expect(String(uncapped.error)).toContain('--max-spend is required')
  })

  it('never say a secret', async () => {
    const args = 'prepare-wallets --keystore s.json --count 2'
    const results = [
      await run(args, { VANA_LOAD_MNEMONIC: mnemonic }),
      await run('wallets status --keystore s.json --list'),
    ]
    results.push(
      await run('wallets status --keystore s.json', { VANA_LOAD_KEYSTORE_PASSPHRASE: 'wrong sesame' }),
    )
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 2])
    const files = (await readdir(folder)).filter((name) => name.startsWith('s.json'))
    const written = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
    const said = [...results.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...written].join('\n')
    const { privateKey } = stack.manager.wallet(0)
    for (const secret of [
      'sesame',
      'legal winner',
      'sausage',
      privateKey.slice(2),
      stack.anvil.accounts.funder.privateKey.slice(2),
    ]) {
      expect(said).not.toContain(secret)
    }
    expect(files).toEqual(['s.json', 's.json.money.ndjson'])
  })
})
