import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loopbackUrl } from '../../config/kinds/basic.ts'
import { nameParameters } from '../../config/parameter-names.ts'
import { testbedParameters } from '../../config/parameters/chain.ts'
import { testbedCommandParameters, testbedSurroundingsParameters } from '../../config/parameters/commands.ts'
import { secretParameters } from '../../config/parameters/secrets.ts'
import { resolveParameters } from '../../config/resolve-parameters.ts'
import type { Offer } from '../../config/source.ts'
import { testbedParts, testbedPartWords } from '../../config/testbed-part.ts'
import { partProblems, partsOf } from './part-problems.ts'

const parameters = nameParameters({
  command: testbedCommandParameters,
  surroundings: testbedSurroundingsParameters,
  testbed: testbedParameters,
  keys: secretParameters,
})

/** The problems of a command line, each as `key: complaint`; values are flags unless they stand under `env`. */
function problemsOf(flags: Record<string, string>, env: Record<string, string> = {}): string[] {
  const layer = new Map<string, Offer>()
  for (const { key, flag, env: names } of parameters) {
    const name = names.find((candidate) => env[candidate] !== undefined)
    if (flag !== undefined && flags[flag] !== undefined)
      layer.set(key, { value: flags[flag], source: { kind: 'flag', name: flag } })
    else if (name !== undefined) layer.set(key, { value: env[name], source: { kind: 'environment', name } })
  }
  const { values, problems } = resolveParameters(parameters, [layer])
  expect(problems).toEqual([])
  return partProblems(values).map(({ key, found }) => `${key}: ${found}`)
}

const rpc = { '--rpc': 'http://127.0.0.1:8545' }
const url = { '--personal-server-url': 'http://127.0.0.1:8080/api/v1' }

/** A flag of each part that any value but the default would do for. */
const flagsOfParts = [
  ['chain', '--chain-port', '0'],
  ['chain', '--grantees', '2'],
  ['chain', '--block-time', '2s'],
  ['chain', '--block-gas-limit', '30000000'],
  ['chain', '--fork', 'http://127.0.0.1:1'],
  ['chain', '--contracts', '2026-04'],
  ['storage', '--storage-port', '0'],
  ['storage', '--storage', 'gcs'],
  ['storage', '--storage-urls', 'signed'],
  ['storage', '--storage-auth', 'none'],
  ['personalServer', '--personal-server-port', '0'],
  ['personalServer', '--inference-median', '1s'],
  ['personalServer', '--inference', 'spread=1'],
  ['personalServer', '--server-concurrency', 'serial'],
  ['personalServer', '--server-profile', 'head-2025-10-17'],
  ['personalServer', '--server-rate-limits', 'operations=5'],
  ['apiServer', '--api-server-port', '0'],
  ['apiServer', '--max-spend', '1'],
] as const

describe('the settings of the command testbed', () => {
  it('have every flag of the testbed in the table of parts', () => {
    const general = [
      ...['--only', '--port', '--json', '--rpc', '--chain-id', '--personal-server-url'],
      // Each fault names its part.
      '--fault',
      // It wants a storage of its kind, and the others none that is started.
      ...['--storage-rate-limit', '--ipfs-gateway', '--drive-url'],
    ]
    const flags = parameters.flatMap(({ flag }) => flag ?? []).filter((flag) => !general.includes(flag))
    expect(flagsOfParts.map(([, flag]) => flag).toSorted()).toEqual(flags.toSorted())
  })

  it('refuse a flag exactly where its part is not started, for any choice of parts', () => {
    fc.assert(
      fc.property(
        fc.subarray([...testbedParts], { minLength: 1 }),
        fc.subarray([...flagsOfParts]),
        (parts, given) => {
          const hasChain = parts.includes('chain')
          const hasServer = parts.includes('personalServer') || parts.includes('apiServer')
          const asksOther = parts.includes('apiServer') && !parts.includes('personalServer')
          const flags = {
            '--only': parts.map((part) => testbedPartWords[part]).join(','),
            ...(hasServer && !hasChain ? rpc : {}),
            ...(asksOther ? url : {}),
            ...Object.fromEntries(given.map(([, flag, value]) => [flag, value])),
          }
          const stray = given.filter(([part]) => !parts.includes(part))
          expect(problemsOf(flags)).toHaveLength(stray.length)
        },
      ),
    )
  })

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a port for two parts',
      { '--only': 'chain,storage', '--port': '1' },
      /give --chain-port, --storage-port$/,
    ],
    ['a port for all', { '--port': '1' }, /it is for one part, and 4 are started/],
    ['a port twice', { '--only': 'chain', '--port': '1', '--chain-port': '2' }, /the same as --port/],
    ['an RPC beside the chain', { '--only': 'chain', ...rpc }, /a chain is started here/],
    ['an RPC for all', rpc, /a chain is started here/],
    ['a chain id beside the chain', { '--chain-id': '1' }, /a chain is started here/],
    ['an RPC for storage', { '--only': 'storage', ...rpc }, /which --only storage does not start/],
    [
      'a server without a chain',
      { '--only': 'personal-server' },
      /needs the RPC endpoint of a chain: --rpc <url>/,
    ],
    [
      'an API server without one to ask',
      { '--only': 'api-server', ...rpc },
      /needs a personal server: --personal-server-url/,
    ],
    ['one to ask for another part', { '--only': 'chain', ...url }, /it is for the API server/],
    [
      'one to ask beside its own',
      { '--only': 'personal-server,api-server', ...rpc, ...url },
      /is started here/,
    ],
    ['signed URLs of Pinata', { '--storage': 'pinata', '--storage-urls': 'signed' }, /has no signed URLs/],
    ['a limit of Google Cloud Storage', { '--storage-rate-limit': '9' }, /has no such limit: use --fault/],
    ['a limit of no storage', { '--only': 'chain', '--storage-rate-limit': '9' }, /it is for the storage/],
    [
      'a gateway beside the storage',
      { '--ipfs-gateway': 'http://127.0.0.1:1' },
      /a storage is started as well/,
    ],
    [
      'a gateway for a chain',
      { '--only': 'chain', '--ipfs-gateway': 'http://127.0.0.1:1' },
      /for the personal server/,
    ],
    [
      'a Drive for a chain',
      { '--only': 'chain', '--drive-url': 'http://127.0.0.1:1' },
      /for the personal server/,
    ],
    [
      'public words for a chain that is none of ours',
      { '--only': 'personal-server', '--rpc': 'https://rpc.moksha.vana.org' },
      /set WALLET_MNEMONIC/,
    ],
    [
      'a public key for a chain that is none of ours',
      { '--only': 'api-server', ...rpc, ...url, '--chain-id': '31337' },
      /set VANA_LOAD_GRANTEE_PRIVATE_KEY/,
    ],
  ])('refuse %s', (_what, flags, complaint) => {
    const problems = problemsOf(flags)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(complaint)
  })

  it('let the personal server read through what stands on this machine, and through nothing else', () => {
    const only = { '--only': 'personal-server', ...rpc }
    expect(problemsOf({ ...only, '--ipfs-gateway': 'http://127.0.0.1:1,http://localhost:2/ipfs' })).toEqual(
      [],
    )
    expect(problemsOf({ ...only, '--drive-url': 'http://[::1]:1' })).toEqual([])
    expect(loopbackUrl.read('https://ipfs.io')).toBeUndefined()
    expect(loopbackUrl.read('http://127.0.0.1.example.org')).toBeUndefined()
  })

  it('do not mind variables that are there for other commands', () => {
    const env = {
      VANA_LOAD_RPC_URL: 'https://rpc.moksha.vana.org',
      VANA_LOAD_CHAIN_ID: '1480',
      VANA_LOAD_PERSONAL_SERVER_URL: 'https://test.server.vana.com/api/v1',
      VANA_LOAD_TESTBED_PORT: '8080',
      VANA_LOAD_BLOCK_TIME: '6s',
    }
    expect(problemsOf({}, env)).toEqual([])
    expect(problemsOf({ '--only': 'storage' }, env)).toEqual([])
  })

  it('take what the environment says of a target for the surroundings', () => {
    const env = {
      VANA_LOAD_RPC_URL: 'https://rpc.moksha.vana.org',
      VANA_LOAD_PERSONAL_SERVER_URL: 'https://test.server.vana.com/api/v1',
      VANA_LOAD_GRANTEE_PRIVATE_KEY: `0x${'7c'.repeat(32)}`,
      WALLET_MNEMONIC: `${'test '.repeat(11)}junk`,
    }
    expect(problemsOf({ '--only': 'api-server' }, env)).toEqual([])
    expect(problemsOf({ '--only': 'personal-server' }, env)).toEqual([])
  })

  it('mean all parts where none is named', () => {
    expect(partsOf([])).toEqual(['chain', 'storage', 'personalServer', 'apiServer'])
    expect(partsOf(['storage'])).toEqual(['storage'])
  })
})
