import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployedContracts } from '../../src/config/moksha.ts'
import { appPrivateKey } from '../../src/testbed/development-keys.ts'
import { startTestbed } from '../e2e/testbed.fixture.ts'
import { startEchoingNode } from './echoing-node.ts'
import { type KeyedProxy, startKeyedProxy } from './keyed-proxy.ts'
import { environment, forms, granteeAddress, secrets, serviceAccount } from './planted-secrets.ts'

const program = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'vana-load-secrets-'))
const inputs = join(folder, 'inputs')
const input = (name: string): string => join(inputs, name)
const children = new Set<ChildProcess>()
let node: Awaited<ReturnType<typeof startEchoingNode>>

/** What a command left behind: everything it printed, and a folder with everything it wrote. */
type Traces = { exitCode: number | null; printed: string; place: string }

beforeAll(async () => {
  mkdirSync(inputs)
  node = await startEchoingNode()
  writeFileSync(input('passphrase'), secrets.filePassphrase)
  writeFileSync(input('service-account.json'), serviceAccount)
  writeFileSync(
    input('config.yml'),
    `users: 3\nmnemonic: ${secrets.configMnemonic}\nsecrets:\n  mnemonic: ${secrets.configMnemonic}\n`,
  )
  writeFileSync(input('pasted.env'), `VANA_LOAD_FUNDER_PRIVATE_KEY_FILE=${secrets.pastedKey}\n`)
  writeFileSync(input('broken.env'), `VANA_LOAD_PINATA_JWT="${secrets.pinataJwt}\n${secrets.pastedKey}\n`)
  writeFileSync(input('keystore.json'), '{"version":3}')
  for (const mode of ['echo', 'cut', 'unauthorized', 'missing', 'failing', 'mainnet', 'silent']) {
    writeFileSync(input(`${mode}.json`), JSON.stringify(targetAt(mode, node.origin)))
  }
  writeFileSync(input('refused.json'), JSON.stringify(targetAt('echo', '127.0.0.1:9')))
  const { chain, ...rest } = targetAt('echo', node.origin)
  writeFileSync(
    input('invalid.json'),
    JSON.stringify({ ...rest, chain: chain.rpcUrls, key: secrets.pastedKey }),
  )
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await node.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A target document with a key in every URL; `mode` is how its servers answer. */
function targetAt(mode: string, origin: string) {
  const rpcUrl = `http://user:${secrets.rpcPassword}@${origin}/${mode}/${secrets.rpcPath}?apikey=${secrets.rpcQuery}`
  return {
    name: 'planted',
    chain: { id: 14800, rpcUrls: [rpcUrl], contracts: deployedContracts },
    storage: {
      provider: 'gcs',
      apiEndpoint: `http://${origin}/${mode}/${secrets.storagePath}`,
      bucket: 'data',
    },
    personalServer: { url: `http://${origin}/${mode}/${secrets.personalServerPath}/api/v1` },
    apiServer: { url: `http://${origin}/${mode}?key=${secrets.apiServerQuery}` },
    grantee: { id: 1, address: granteeAddress },
  }
}

type Options = {
  env?: Record<string, string>
  stdout?: 'pipe' | number
  /** Called while the command runs. */
  meanwhile?: (child: ChildProcess, printed: () => string) => Promise<string | undefined>
}

async function run(
  args: readonly string[],
  { env = {}, stdout = 'pipe', meanwhile }: Options = {},
): Promise<Traces> {
  const place = mkdtempSync(join(folder, 'place-'))
  const temporary = join(place, 'tmp')
  mkdirSync(temporary)
  const child = spawn(process.execPath, [program, ...args], {
    cwd: place,
    env: { PATH: process.env.PATH, HOME: place, TMPDIR: temporary, ...environment, ...env },
    stdio: ['ignore', stdout, 'pipe'],
  })
  children.add(child)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const more = await meanwhile?.(child, () => printed)
  printed += more ?? ''
  const exitCode = await ended
  children.delete(child)
  return { exitCode, printed, place }
}

/** Every file below a folder, by name. */
function filesIn(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .map((name) => join(place, name))
    .filter((path) => statSync(path).isFile())
}

/** Which secrets are in what a command left behind, and where. */
function leaksIn({ printed, place }: Traces): string[] {
  const texts = [
    ['the output', printed] as const,
    ...filesIn(place).map((path) => [path.slice(place.length), readFileSync(path, 'latin1')] as const),
  ]
  const leaks = texts.flatMap(([where, text]) =>
    forms.filter(([, form]) => text.includes(form)).map(([name]) => `${name} in ${where}`),
  )
  return [...new Set(leaks)]
}

const short = ['--users', '3', '--rate', '5']
const isAsked = async (child: ChildProcess): Promise<undefined> => {
  const before = node.asked()
  await expect.poll(() => node.asked()).toBeGreaterThan(before)
  child.kill('SIGTERM')
}
const endless = { VANA_LOAD_RPC_PATIENCE: '10m' }

const failures: [name: string, args: string[], exitCode: number, says: RegExp, options?: Options][] = [
  [
    'a node that quotes the request',
    ['run', '--target', input('echo.json'), ...short],
    3,
    /bad request POST/,
  ],
  ['a node that quotes and cuts it', ['run', '--target', input('cut.json'), ...short], 3, /CHAIN_/],
  ['401', ['run', '--target', input('unauthorized.json'), ...short], 3, /401/],
  ['404', ['wallets', 'status', '--target', input('missing.json'), '--count', '2'], 3, /404/],
  ['500', ['run', '--target', input('failing.json'), ...short, '--debug'], 3, /CHAIN_/],
  ['a wrong chain id', ['run', '--target', input('mainnet.json'), ...short, '--debug'], 3, /chain 1\b/],
  [
    'a refused connection',
    ['run', '--target', input('refused.json'), ...short, '--verbose'],
    3,
    /CHAIN_UNREACHABLE/,
  ],
  [
    'an interruption',
    ['run', '--target', input('silent.json'), ...short],
    130,
    /ABORTED/,
    { env: endless, meanwhile: isAsked },
  ],
  ['doctor', ['doctor', '--target', input('echo.json')], 3, /RPC http:/],
  ['an invalid target document', ['run', '--target', input('invalid.json')], 2, /CONFIG_INVALID/],
  [
    'a missing target document',
    ['run', '--target', `https://example.com/${secrets.rpcPath}`],
    2,
    /Unknown target/,
  ],
  [
    'a bad URL',
    ['run', '--target', 'env'],
    2,
    /found a hidden value/,
    {
      env: {
        VANA_LOAD_RPC_URL: `htp://user:${secrets.rpcPassword}@127.0.0.1/${secrets.rpcPath}`,
        VANA_LOAD_PERSONAL_SERVER_URL: `127.0.0.1/${secrets.personalServerPath}`,
        VANA_LOAD_STORAGE_ENDPOINT: `ftp://127.0.0.1/${secrets.storagePath}`,
        VANA_LOAD_API_SERVER_URL: `//127.0.0.1/?key=${secrets.apiServerQuery}`,
      },
    },
  ],
  ['secrets in a config file', ['run', '--config', input('config.yml')], 2, /do not belong in a config file/],
  [
    'a key in place of a file',
    ['run', '--env', input('pasted.env')],
    2,
    /CONFIG_INVALID/,
    { env: { VANA_LOAD_FUNDER_PRIVATE_KEY: '' } },
  ],
  ['an env file that cannot be parsed', ['run', '--env', input('broken.env')], 2, /CONFIG_INVALID/],
  [
    'secrets that are none',
    ['run', '--dry-run'],
    2,
    /found a hidden value/,
    {
      env: {
        VANA_LOAD_FUNDER_PRIVATE_KEY: `${secrets.funderKey}0`,
        VANA_LOAD_SERVICE_ACCOUNT_JSON: secrets.serviceAccountKey,
      },
    },
  ],
  [
    'a secret as a flag',
    ['run', '--private-key', secrets.flagKey, `--mnemonic=${secrets.configMnemonic}`],
    2,
    /--private-key/,
  ],
  [
    'a keystore that is damaged',
    [
      'wallets',
      'status',
      '--keystore',
      input('keystore.json'),
      '--target',
      input('echo.json'),
      '--count',
      '1',
    ],
    2,
    /KEYSTORE_/,
    {
      env: {
        VANA_LOAD_MNEMONIC: '',
        VANA_LOAD_KEYSTORE_PASSPHRASE: '',
        VANA_LOAD_KEYSTORE_PASSPHRASE_FILE: input('passphrase'),
      },
    },
  ],
]

describe.concurrent('a command that fails shows and keeps no secret', () => {
  it.each(failures)('%s', async (_name, args, exitCode, says, options) => {
    const traces = await run(args, options)
    expect(traces.printed).toMatch(says)
    expect(leaksIn(traces)).toEqual([])
    expect(traces.exitCode).toBe(exitCode)
  })

  it.runIf(existsSync('/dev/full'))('on a full disk', async () => {
    const traces = await run(['run', '--dry-run', '--json'], { stdout: openSync('/dev/full', 'w') })
    expect(traces.printed).toMatch(/OUTPUT_UNWRITABLE/)
    expect(leaksIn(traces)).toEqual([])
  })
})

describe('the search for secrets', () => {
  it.each(forms)('finds %s as %s', (name, form) => {
    const place = mkdtempSync(join(folder, 'place-'))
    writeFileSync(join(place, 'file'), `<a title="${form}">`)
    expect(leaksIn({ exitCode: 0, printed: `x ${form} y`, place })).toEqual(
      expect.arrayContaining([`${name} in the output`, `${name} in /file`]),
    )
  })
})

describe('a run', () => {
  const keep: { stop(): Promise<void> }[] = []
  let rpc: KeyedProxy
  let keys: Record<string, string>

  beforeAll(async () => {
    const stack = join(folder, 'stack')
    mkdirSync(stack)
    const testbed = await startTestbed(stack)
    keep.push(testbed)
    const { apiServer: _api, pids: _pids, metricsUrls: _metricsUrls, accounts, ...target } = testbed.target
    rpc = await startKeyedProxy(target.chain.rpcUrls[0] ?? '', secrets.rpcPath)
    const server = await startKeyedProxy(target.personalServer.url, secrets.personalServerPath)
    keep.push({ stop: rpc.close }, { stop: server.close })
    const rpcUrl = `http://user:${secrets.rpcPassword}@${rpc.origin}/${secrets.rpcPath}?apikey=${secrets.rpcQuery}`
    const { pathname } = new URL(target.personalServer.url)
    const personalServerUrl = `http://${server.origin}/${secrets.personalServerPath}${pathname}`
    const document = {
      ...target,
      chain: { ...target.chain, rpcUrls: [rpcUrl] },
      personalServer: { ...target.personalServer, url: personalServerUrl },
    }
    writeFileSync(input('working.json'), JSON.stringify(document))
    keys = {
      VANA_LOAD_FUNDER_PRIVATE_KEY: accounts?.funder ?? '',
      VANA_LOAD_RELAYER_PRIVATE_KEYS: accounts?.relayer ?? '',
      VANA_LOAD_GRANTEE_PRIVATE_KEY: appPrivateKey,
    }
  }, 120_000)
  afterAll(async () => {
    for (const part of keep.reverse()) await part.stop()
  })

  const runAgainstStack = (
    meanwhile: NonNullable<Options['meanwhile']>,
    ...flags: string[]
  ): Promise<Traces> => {
    const load = ['--users', '8', '--rate', '4', '--json', '--verbose']
    return run(['run', '--target', input('working.json'), ...load, ...flags], { env: keys, meanwhile })
  }

  it('that succeeds shows and keeps no secret, on its live page neither', async () => {
    const traces = await runAgainstStack(async (_child, printed) => {
      await expect.poll(printed).toMatch(/live page: http/)
      const [, page = ''] = /live page: (\S+)/.exec(printed()) ?? []
      await expect.poll(printed).toMatch(/users are arriving/)
      const paths = ['', 'state.json', 'metrics']
      return (await Promise.all(paths.map(async (path) => (await fetch(`${page}${path}`)).text()))).join('\n')
    }, '--dashboard')
    expect(traces.exitCode, traces.printed).toBe(0)
    expect(traces.printed).toContain('"schemaVersion"')
    expect(filesIn(traces.place).some((path) => path.endsWith('report.html'))).toBe(true)
    expect(leaksIn(traces)).toEqual([])
    for (const key of Object.values(keys)) expect(traces.printed).not.toContain(key.slice(2))
    expect(filesIn(join(traces.place, 'tmp'))).toEqual([])
  }, 120_000)

  it('whose node quotes its requests at the end reports it without a secret', async () => {
    const traces = await runAgainstStack(async (_child, printed) => {
      await expect.poll(printed).toMatch(/returning what is left/)
      rpc.refuse()
      return undefined
    })
    const summary = filesIn(traces.place).find((path) => path.endsWith('summary.json')) ?? ''
    expect(readFileSync(summary, 'utf8')).toContain('bad request POST')
    expect(leaksIn(traces)).toEqual([])
    expect(traces.exitCode).not.toBe(0)
  }, 120_000)
})
