import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeConfig } from '../src/config/describe-config.ts'
import { resolveConfig } from '../src/config/resolve-config.ts'
import { createRedactor } from '../src/redaction/redact.ts'
import { checkThreshold } from '../src/results/check-threshold.ts'
import { createRunFolder } from '../src/results/run-folder.ts'
import { type RunningChain, startChain } from '../src/testbed/chain/start-chain.ts'
import { runInProcess } from './cli/run-in-process.ts'
import { type DocumentedCommand, documentedCommands, exampleCommands } from './documented-commands.ts'
import { healthy, makeRun } from './report/realistic-run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const startedIn = process.cwd()
const folder = mkdtempSync(join(tmpdir(), 'documented-'))
let chain: RunningChain

beforeAll(async () => {
  chain = await startChain({ blockTime: 'instant' })
})
afterAll(async () => {
  process.chdir(startedIn)
  await chain?.stop()
  rmSync(folder, { recursive: true, force: true })
})

type Way = 'done' | 'planned' | 'read'

/**
 * How each command is tried, by its first words; the first entry that fits decides.
 *
 * - `done`: as it is typed, in a folder with a few runs, on a real chain
 * - `planned`: as it is typed, with `--dry-run`
 * - `read`: with one flag more, which does not exist and is the only thing that it complains about; nothing is started
 */
const ways: [words: string, way: Way][] = [
  ['run', 'planned'],
  ['flow', 'read'],
  ['testbed', 'read'],
  ['serve', 'read'],
  ['doctor', 'read'],
  ['audit', 'read'],
  ['merge', 'read'],
  ['artillery run', 'read'],
  ['artillery write', 'done'],
  ['monitor', 'done'],
  ['report', 'done'],
  ['compare', 'done'],
  ['baseline', 'done'],
  ['wallets', 'done'],
  ['prepare-wallets', 'done'],
]

const names = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'milestones'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join('milestones', name),
  ),
  ...readdirSync(join(root, 'docs')).map((name) => join('docs', name)),
]
const pages = names
  .filter((name) => name.endsWith('.md'))
  .map((name): [string, DocumentedCommand[]] => [
    name,
    documentedCommands(readFileSync(join(root, name), 'utf8')),
  ])
  .filter(([, commands]) => commands.length > 0)
const commandNames = readdirSync(join(root, 'src/scripts'), { encoding: 'utf8' })
  .flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? [])
  .map((name) => (name === 'run-test' ? 'run' : name))
  .filter((name) => ways.some(([words]) => words.split(' ')[0] === name))

it('every threshold that a page shows can both hold and fail', () => {
  const shown = names
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => [...readFileSync(join(root, name), 'utf8').matchAll(/--threshold '([^']+)'/g)])
    .map(([, expression = '']) => expression)
  expect(shown.length).toBeGreaterThan(10)
  expect(shown.flatMap(checkThreshold)).toEqual([])
})

describe('every command line of the documentation works as it is typed', () => {
  it.each(pages)('%s', async (page, commands) => {
    // The baseline of a page is that of the runs which the page makes.
    const flags = page === 'docs/comparing.md' ? { '--users': '300', '--rate': '4' } : {}
    await tryAll(page, commands, flags)
  })

  it.each(commandNames)('vana-load %s --help', async (name) => {
    const { stdout } = await runInProcess([name, '--help'])
    const commands = exampleCommands(stdout)
    expect(commands.length).toBeGreaterThan(0)
    // The pages go through all that can be done with wallets, in an order that makes sense.
    const isReadOnly = name === 'wallets' || name === 'prepare-wallets'
    await tryAll(`help-${name}`, commands, {}, isReadOnly ? 'read' : undefined)
  })
})

async function tryAll(
  page: string,
  commands: readonly DocumentedCommand[],
  flags: Record<string, string>,
  way?: Way,
): Promise<void> {
  await openFolder(page.replaceAll('/', '-'), flags)
  const failures: string[] = []
  for (const command of commands) {
    const failure = await tryOne(command, way)
    if (failure !== undefined) failures.push(`${command.line}\n${failure}`)
  }
  expect(failures).toEqual([])
}

/** What is wrong with a command, if anything. */
async function tryOne(
  { words: [first = '', ...rest], env }: DocumentedCommand,
  way: Way | undefined,
): Promise<string | undefined> {
  if (first === 'npm') return tryNpm(rest)
  const words = first === 'npx' ? rest : [first, ...rest]
  const [program = '', ...args] = words
  if (program === 'artillery' || program === 'tsx') {
    const file = args.find((arg) => /\.(ts|yml)$/.test(arg)) ?? ''
    return existsSync(join(root, file)) ? undefined : `there is no file ${file}`
  }
  if (program !== 'vana-load') return 'no rule covers this program'
  const [, usual] = ways.find(([known]) => `${args.join(' ')} `.startsWith(`${known} `)) ?? []
  if (usual === undefined) return 'no rule covers this command'
  return await tryProgram(way ?? usual, args, env)
}

async function tryProgram(
  way: Way,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string | undefined> {
  const extra = { done: [], planned: ['--dry-run'], read: ['--no-such-flag'] }[way]
  const { exitCode, stderr } = await runInProcess([...args, ...extra], {
    env: { ...environment, ...env },
  })
  if (way !== 'read') return exitCode === 0 ? undefined : `exit code ${exitCode}: ${stderr}`
  const isRead =
    /The configuration has a problem:\n {2}- --no-such-flag: unknown flag/.test(stderr) ||
    /^error: unknown option '--no-such-flag'/.test(stderr)
  return exitCode === 2 && isRead ? undefined : `exit code ${exitCode}: ${stderr}`
}

function tryNpm(args: readonly string[]): string | undefined {
  const [word = '', script = ''] = args.filter((arg) => !arg.startsWith('-'))
  if (['ci', 'install'].includes(word)) return undefined
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
  const name = word === 'run' ? script : word
  return name in scripts ? undefined : `there is no script ${name}`
}

/** What the pages have the reader set before: nothing for the embedded stack, this much for Moksha and for wallets. */
const environment = {
  VANA_LOAD_STORAGE_BUCKET: 'my-bucket',
  VANA_LOAD_GRANTEE_ID: '7',
  VANA_LOAD_GRANTEE_PRIVATE_KEY: '12'.repeat(32),
  VANA_LOAD_KEYSTORE_PASSPHRASE: 'a passphrase',
}

/** Makes a working folder: runs with the ids that pages name, a baseline, and a target document of the chain. */
async function openFolder(name: string, flags: Record<string, string>): Promise<void> {
  const cwd = join(folder, name)
  mkdirSync(cwd)
  process.chdir(cwd)
  const made = makeRun({ ...healthy, preset: 'smoke', users: 120 })
  const config = describeConfig(resolveConfig({ flags }))
  for (const id of [
    '20260801-142233-7f3k9a',
    '20261127-231902-7f3k9a',
    '20261127-232400-aaaaaa',
    '20261127-233000-bbbbbb',
  ]) {
    const run = await createRunFolder({ resultsDir: 'results', runId: id, redact: createRedactor() })
    await run.writeConfig(config)
    await run.writeEnvironment(made.environment)
    for (const flow of made.flows) await run.appendFlow(flow)
    for (const line of made.timeline) await run.appendTimeline(line)
    await run.writeSummary({ ...made.summary, run: { ...made.summary.run, id } })
    await run.close()
  }
  cpSync('results', 'main/results', { recursive: true })
  const { funder, relayer } = chain.accounts
  const accounts = { funder: funder.privateKey, relayer: relayer.privateKey }
  writeFileSync(
    'target.json',
    JSON.stringify({
      name: 'local',
      chain: { id: chain.chainId, rpcUrls: [chain.rpcUrl], contracts: chain.contracts },
      storage: { apiEndpoint: 'http://127.0.0.1:4443', bucket: 'vana-load' },
      personalServer: { url: 'http://127.0.0.1:8080/api/v1' },
      grantee: { id: 1, address: chain.contracts.grantees },
      accounts,
    }),
  )
  const { exitCode, stderr } = await runInProcess(['baseline', 'set', 'latest'])
  expect(exitCode, stderr).toBe(0)
}
