import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

const newFolder = () => mkdtemp(join(tmpdir(), 'vana-load-cli-'))
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

describe('the command line', () => {
  it('shows help when it is given nothing', async () => {
    const { exitCode, stdout, stderr } = await runCli([])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('Usage: vana-load <command> [options]')
    expect((await runCli(['--help'])).stdout).toBe(stdout)
  })

  it('prints its version', async () => {
    expect(await runCli(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('says so on a Node that is too old, before it loads anything that would fail there', async () => {
    const pretend = 'Object.defineProperty(process.versions, "node", { value: "18.20.8" })'
    const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`]
    const { exitCode, stdout, stderr } = await runCli(['--version'], { nodeArgs })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^vana-load needs Node\.js 20\.19 or later, and this is v.*\n$/)
  })

  it.each([
    [['run', '--help'], '--ramp-up <time>'],
    [['help', 'run'], 'conservative  5,000 users'],
    [['testbed', '--help'], '--block-gas-limit <gas>'],
    [['flow', '--help'], '--submission <way>'],
    [['serve', '--help'], '--host <address>'],
    [['doctor', '--help'], '--target <name|file>'],
    [['wallets', '--help'], 'vana-load wallets sweep'],
    [['wallets', 'fund', '--help'], '--funding <vana>'],
    [['prepare-wallets', '--help'], '--keystore <file>'],
  ])('shows the help of a command, with every line of the description full: %j', async (args, expected) => {
    const { exitCode, stdout } = await runCli(args)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(expected)
    const description = stdout.split('\n\n')[1]?.split('\n') ?? []
    const short = description.filter((line, i) => {
      const [nextWord] = description[i + 1]?.split(' ') ?? []
      return nextWord !== undefined && line.length + 1 + nextWord.length <= 80
    })
    expect(short).toEqual([])
    expect(Math.max(...description.map(({ length }) => length))).toBeLessThanOrEqual(80)
  })

  it.each([
    [
      ['doctor', '--help'],
      /--(sweep|no-sweep|keystore|first-wallet|funding-workers|inference|gas-margin|rpc-rate)\b/,
    ],
    [['wallets', 'generate', '--help'], /--(funding|fee-multiplier|max-fee|block-poll-interval|seed)\b/],
  ])('offers no flag that would do nothing: %j', async (args, idle) => {
    const { stdout } = await runCli(args)
    expect(stdout).toContain('--target <name|file>')
    expect(stdout).not.toMatch(idle)
  })

  it('says of a flag what the flag does, also where that is the opposite of the value', async () => {
    const { stdout } = await runCli(['run', '--help'])
    expect(stdout).toMatch(/--no-sweep +Leave the remaining/)
  })

  it('offers no flag for a secret', async () => {
    const { stdout } = await runCli(['run', '--help'])
    expect(stdout).not.toMatch(/--\S*(private|mnemonic|passphrase|service-account)/)
  })

  it('refuses an unknown command with exit code 2 and a suggestion', async () => {
    const { exitCode, stdout, stderr } = await runCli(['rnu'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('Did you mean run?')
  })

  it('says that the port of the live page is taken before anything is started, with exit code 2', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { exitCode, stdout, stderr } = await runCli(['run', '--dashboard', String(port)])
    other.close()
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(
      new RegExp(`^PORT_IN_USE: .*port ${port} of 127\\.0\\.0\\.1 is in use.*\\n  hint: .*--dashboard`),
    )
  })

  it('reports unknown flags, stray words and bad values at once, with exit code 2', async () => {
    const { exitCode, stdout, stderr } = await runCli([
      'run',
      'burst',
      '--usres',
      '5',
      '--rate',
      'fast',
      '--json',
    ])
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('CONFIG_INVALID: The configuration has 3 problems:')
    expect(stderr).toContain("run: unexpected argument 'burst'")
    expect(stderr).toContain('--usres: unknown flag; did you mean --users?')
    expect(stderr).toContain("load.rate (flag --rate): found 'fast'; allowed: a rate such as")
    expect(stderr).toContain('hint: ')
    expect(stderr).not.toMatch(/^ {4}at /m)
  })

  it('shows the stack of an error on demand', async () => {
    const { stderr } = await runCli(['run', '--rate', 'fast', '--debug'])
    expect(stderr).toMatch(/^ {4}at /m)
  })

  it('refuses a flag without its argument', async () => {
    const { exitCode, stderr } = await runCli(['run', '--users'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain("option '--users <count>' argument missing")
  })

  it.each([['--mnemonic', 'correct horse battery staple'], ['--funder-private-key=0xdeadbeefdeadbeef']])(
    'does not repeat what may be a secret behind %s',
    async (...args) => {
      const { exitCode, stderr } = await runCli(['run', ...args])
      expect(exitCode).toBe(2)
      expect(stderr).toContain('secrets are never flags; set VANA_LOAD_')
      expect(stderr).not.toMatch(/horse|deadbeef/)
    },
  )

  it('says what a run would do and where each value comes from, and keeps secrets to itself', async () => {
    const cwd = await newFolder()
    const key = `0x${'7c'.repeat(32)}`
    writeFileSync(
      join(cwd, '.env'),
      `VANA_LOAD_FUNDER_PRIVATE_KEY=${key}\nVANA_LOAD_RATE=4\nVANA_LOAD_SEED=fromfile\n`,
    )
    writeFileSync(join(cwd, 'load.yml'), 'seed: lost\nload:\n  concurrency: 33\n')
    const { exitCode, stdout, stderr } = await runCli(
      ['run', '--config', 'load.yml', '--users', '80', '--dry-run'],
      { cwd, env: { VANA_LOAD_SEED: 'won' } },
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('80 users in a Poisson process: 4/s for 20s; at most 33 in flight')
    expect(stdout).toMatch(/^users +80 {2}\(flag --users\)$/m)
    expect(stdout).toMatch(/^load\.rate +4\/s {2}\(VANA_LOAD_RATE in \.env:\d+\)$/m)
    expect(stdout).toMatch(/^seed +won {2}\(environment VANA_LOAD_SEED\)$/m)
    expect(stdout).toMatch(/^load\.concurrency +33 {2}\(load\.yml:3\)$/m)
    expect(stdout).toMatch(
      /^secrets\.funderPrivateKey +\[redacted\] {2}\(VANA_LOAD_FUNDER_PRIVATE_KEY in \.env:1\)$/m,
    )
    expect(stdout).not.toContain('7c7c')
  })

  it('prints one JSON document with --json', async () => {
    const { stdout, stderr } = await runCli(['run', '--preset', 'burst', '--dry-run', '--json'])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ settings: { preset: 'burst' } })
  })

  it('refuses a target that is not ready to be used, with what is missing', async () => {
    const { exitCode, stderr } = await runCli(['run', '--target', 'moksha', '--dry-run'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('set VANA_LOAD_STORAGE_BUCKET in the environment')
  })

  it('takes `start` for `run`, or for the whole command line behind it', async () => {
    const { stdout } = await runCli(['start', '--dry-run'])
    expect(stdout).toContain('60 users in a Poisson process: 2/s for 30s')
    expect((await runCli(['start', 'run', '--dry-run'])).stdout).toBe(stdout)
    expect((await runCli(['start', '--version'])).stdout).toBe(`${version}\n`)
  })

  it('says that an env file or a config file is not there', async () => {
    const { exitCode, stderr } = await runCli(['run', '--env', 'none.env'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain("The env file none.env can't be read: there is no such file")
    expect((await runCli(['run', '--config', 'none.yml'])).stderr).toContain("none.yml can't be read")
  })
})
