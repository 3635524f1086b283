import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { commandParameters, knownVariables } from '../../src/config/known-variables.ts'
import { configParameters } from '../../src/config/load-test-config.ts'
import { deployedContracts } from '../../src/config/moksha.ts'
import { metricNames } from '../../src/results/threshold-metrics.ts'
import type { runInProcess as RunInProcess } from '../cli/run-in-process.ts'

/** `WEATHER=full` tries ten times as many. */
const runs = process.env.WEATHER === 'full' ? 10_000 : 1_000
const seed = Number(process.env.WEATHER_SEED ?? Math.floor(Math.random() * 2 ** 31))

const startedIn = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'config-fuzz-'))
// A program of its own: secrets that are ordinary words would disappear from the output of the files that share its worker.
let runInProcess: typeof RunInProcess
beforeAll(async () => {
  process.chdir(folder)
  vi.resetModules()
  ;({ runInProcess } = await import('../cli/run-in-process.ts'))
})
afterAll(() => {
  vi.resetModules()
  process.chdir(startedIn)
  rmSync(folder, { recursive: true, force: true })
})

/** Values that are right, and those that are near to it. */
const rightValues = [
  ...configParameters.flatMap(({ parameter: { default: value, kind } }) =>
    value === undefined ? [] : [kind.show(value)],
  ),
  ...['5', '60', '0.5', '5/s', '90/min', '15m', '1h30m', '20/s for 30s at 5m', '0-5/s over 30s, 5/s for 10m'],
  ...['batch', 'wave', 'at-once', 'replay', 'smoke', 'burst', 'debug', 'conservative', 'relayed', 'direct'],
  ...['local', 'moksha', 'env', 'target.json', 'success >= 99%', 'flow.p95 < 20s', 'none', '2/4', '100wei'],
  ...['rpc:send-error=10%', 'storage:latency=200ms', 'spread=1,min=200ms,max=30s', 'pinata', 'true', 'no'],
]
const strangeValues = [
  ...[
    '',
    ' ',
    '-1',
    '0',
    '00',
    '1e3',
    '1e999',
    'NaN',
    'Infinity',
    '-0',
    '0x10',
    '1_000',
    '9'.repeat(400),
    '5%',
  ],
  ...['1/0', '0/0', '0/s', '-5/s', '0ms', '8d', '1s1s', '0.0000000000000000001', '10000000', '2147483648'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    '~',
    '[]',
    '{}',
    '[1',
    '"',
    "'",
    '`',
    '#',
    '&a',
  ],
  ...[
    'a=b',
    '--users',
    '-',
    '--',
    '.',
    '..',
    '/dev/null',
    'nope',
    'fuzz.env',
    'a\nb',
    '\u2028',
    '💥',
    '\u0000',
  ],
  ...['success > 99', 'cpu < 80', 'flow.p95 < -1s', 'success', '< 5', 'errors.NOPE == 0', '0-0/s over 0s'],
  ...['5/s for 0s', '0/s for 10m', '1/s for 7d, 1/s for 7d', '20/s for 30s at 400d', 'rpc:nope=1%', 'x:y=z'],
]
const strange = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...strangeValues) },
  { weight: 1, arbitrary: fc.constantFrom(...metricNames).map((name) => `${name} < 5`) },
  { weight: 1, arbitrary: fc.oneof(fc.string(), fc.double().map(String), fc.nat().map(String)) },
)

/** A parameter with a value: mostly one of those that it takes, so that plans are made of several. */
const setting = fc
  .constantFrom(...configParameters.filter(({ parameter }) => parameter.secret === false))
  .chain((named) => {
    const { kind } = named.parameter
    const right = [...rightValues, ...strangeValues].filter((text) => kind.read(text) !== undefined)
    const own = right.length === 0 ? strange : fc.constantFrom(...right)
    return fc.record({
      named: fc.constant(named),
      text: fc.oneof({ weight: 20, arbitrary: own }, { weight: 1, arbitrary: strange }),
    })
  })
const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  rarely<T | undefined>(arbitrary, undefined, 1)
const rarely = <T>(arbitrary: fc.Arbitrary<T>, otherwise: T, weight = 15): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary })

const settings = fc.array(setting, { maxLength: 3 })
const args = fc
  .tuple(settings, fc.boolean(), rarely(fc.array(fc.string()), []))
  .map(([given, isOneWord, more]) => [
    ...given.flatMap(({ named: { flag }, text }) => {
      if (flag === undefined) return []
      return isOneWord ? [`${flag}=${text}`] : [flag, text]
    }),
    ...more,
  ])

const variable = fc.oneof(
  {
    weight: 20,
    arbitrary: setting.map(({ named: { env }, text }): [string, string] => [env[0] ?? 'VANA_LOAD_', text]),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...knownVariables()), strange) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string(), strange)
      .map(([name, text]): [string, string] => [`VANA_LOAD_${name}`, text]),
  },
)
const variables = fc.array(variable, { maxLength: 2 })
const env = variables.map((given) => Object.fromEntries(given))

const envLine = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .tuple(variable, fc.constantFrom('', '"', "'", '`'))
      .map(([[name, text], quote]) => `${name}=${quote}${text}${quote}`),
  },
  { weight: 2, arbitrary: fc.constantFrom('', '# comment', 'export X=1', 'X=1 # y') },
  { weight: 1, arbitrary: fc.oneof(fc.constantFrom('=x', 'foo bar', 'A="'), fc.string()) },
)
const bytesOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 12, arbitrary: text.map((plain) => Buffer.from(plain)) },
    { weight: 2, arbitrary: text.map((plain) => Buffer.from(`\uFEFF${plain}`)) },
    { weight: 2, arbitrary: text.map((plain) => Buffer.from(`\uFEFF${plain}`, 'utf16le')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }) },
  )
const envFile = bytesOf(fc.array(envLine, { maxLength: 3 }).map((lines) => lines.join('\n')))

const pair = fc.oneof(
  { weight: 20, arbitrary: setting.map(({ named: { key }, text }): [string, unknown] => [key, text]) },
  { weight: 1, arbitrary: setting.chain(({ named: { key } }) => fc.tuple(fc.constant(key), fc.jsonValue())) },
  { weight: 1, arbitrary: fc.tuple(fc.string(), fc.jsonValue()) },
)
const pairs = fc.array(pair, { maxLength: 3 })
const yaml = pairs.map((given) => given.map(([key, text]) => yamlOf(key, text)).join('\n'))
const json = pairs.map((given) => JSON.stringify(Object.fromEntries(given)))
const configFile = bytesOf(
  fc.oneof(
    { weight: 10, arbitrary: yaml },
    { weight: 10, arbitrary: json },
    { weight: 1, arbitrary: fc.oneof(fc.string(), fc.json()) },
  ),
)

function yamlOf(key: string, value: unknown): string {
  const text = typeof value === 'string' && !/[\n\0]/.test(value) ? value : JSON.stringify(value)
  const [group, name] = key.split('.')
  return name === undefined ? `${key}: ${text}` : `${group}:\n  ${name}: ${text}`
}

const document = {
  name: 'mine',
  chain: { id: 14_800, rpcUrls: ['http://127.0.0.1:8545'], contracts: deployedContracts },
  storage: { apiEndpoint: 'http://127.0.0.1:4443', bucket: 'b' },
  personalServer: { url: 'http://127.0.0.1:8080/api/v1/' },
  grantee: { id: 1, address: deployedContracts.grantees },
}
const targetKey = fc.oneof(fc.constantFrom(...Object.keys(document), 'accounts', 'embedded'), fc.string())
const targetFile = bytesOf(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(JSON.stringify(document)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(targetKey, fc.jsonValue())
        .map(([name, given]) => JSON.stringify({ ...document, [name]: given })),
    },
    { weight: 1, arbitrary: fc.json() },
  ),
)

const sources = fc.record({
  args,
  env: seldom(env),
  envFile: seldom(envFile),
  configFile: seldom(configFile),
  targetFile: seldom(targetFile),
  named: rarely(fc.subarray(['--env', '--config', '--target', '--replay', '--baseline']), []),
  path: fc.constantFrom('.', 'nope', '/dev/null', 'fuzz.env', 'fuzz.yml', 'target.json', ''),
})
type Sources = typeof sources extends fc.Arbitrary<infer Value> ? Value : never

/** Everything that a message may name: keys, flags, variables, files. */
const names = [
  ...configParameters.map((named) => named.key),
  ...configParameters.flatMap(({ flag }) => flag ?? []),
  ...knownVariables(),
  ...[
    'VANA_LOAD_',
    'preset',
    'target',
    '--',
    'fuzz.env',
    'fuzz.yml',
    '.env',
    'env file',
    'config file',
    'baseline',
  ],
]

async function plan({ args, env, envFile, configFile, targetFile, named, path }: Sources) {
  if (envFile) writeFileSync('fuzz.env', envFile)
  if (configFile) writeFileSync('fuzz.yml', configFile)
  if (targetFile) writeFileSync('target.json', targetFile)
  const more = [
    ...(envFile ? ['--env', 'fuzz.env'] : []),
    ...(configFile ? ['--config', 'fuzz.yml'] : []),
    ...(targetFile ? ['--target', 'target.json'] : []),
    ...named.flatMap((name) => [name, path]),
  ]
  return await runInProcess(['run', ...more, '--dry-run', ...args], {
    env: { ...env, VANA_LOAD_DRY_RUN: 'true' },
  })
}

/** Commands besides `run`, with parameters of their own; one flag that does not exist keeps them from starting anything. */
const command = fc.constantFrom(
  ...['testbed', 'serve', 'doctor', 'flow', 'prepare-wallets', 'wallets status', 'wallets sweep'],
)
const typed = fc.record({
  command,
  own: fc.array(
    fc
      .constantFrom(...commandParameters.flatMap(({ parameters }) => parameters))
      .chain(({ flag }) =>
        fc.tuple(fc.constant(flag ?? '--users'), fc.oneof(fc.constantFrom(...rightValues), strange)),
      ),
    { maxLength: 3 },
  ),
  args,
  env,
})

describe('a configuration made of anything', () => {
  it(`is a plan or a mistake with a name, for ${runs} of them (WEATHER_SEED=${seed})`, async () => {
    const ends = new Map<number | null, number>()
    await fc.assert(
      fc.asyncProperty(sources, async (given) => {
        const { exitCode, stdout, stderr } = await plan(given)
        ends.set(exitCode, (ends.get(exitCode) ?? 0) + 1)
        expect([0, 2], stderr).toContain(exitCode)
        expect(stderr).not.toMatch(/\n +at /)
        if (exitCode === 0) expect(stdout).toMatch(/Nothing was started, sent or paid|^\{|Usage: /)
        else
          expect(
            names.some((name) => stderr.includes(name)),
            stderr,
          ).toBe(true)
      }),
      { numRuns: runs, seed, endOnFailure: false },
    )
    // It is a test of both only if it finds both.
    for (const code of [0, 2]) expect(ends.get(code) ?? 0).toBeGreaterThan(runs / 50)
  }, 600_000)

  it(`is a mistake with a name for any other command (WEATHER_SEED=${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(typed, async ({ command, own, args, env }) => {
        const words = [...command.split(' '), '--no-such-flag', ...own.flat(), ...args]
        const { exitCode, stdout, stderr } = await runInProcess(words, { env })
        expect(stderr).not.toMatch(/\n +at /)
        if (stdout.startsWith('Usage: ')) expect(exitCode).toBe(0)
        else expect([exitCode, stdout], stderr).toEqual([2, ''])
        if (exitCode === 2) expect(stderr).toMatch(/--/)
      }),
      { numRuns: runs / 10, seed },
    )
  }, 600_000)
})
