import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('wait-for-signals.ts', import.meta.url))
const entry = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    line: async () => (await lines.next()).value as string | undefined,
    ended: new Promise<number | null>((resolve) => child.on('close', resolve)),
  }
}

describe('a command that is interrupted', () => {
  it('says that it was stopped and what to do, and ends with 130', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vana-load-signals-'))
    let asked: (() => void) | undefined
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    const node = createServer(() => asked?.())
    await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve))
    const rpcUrl = `http://127.0.0.1:${(node.address() as AddressInfo).port}`
    const child = spawn(process.execPath, [entry, 'wallets', 'status', '--target', 'env', '--count', '1'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        VANA_LOAD_RPC_URL: rpcUrl,
        VANA_LOAD_CHAIN_ID: '14800',
        VANA_LOAD_MNEMONIC: `${'test '.repeat(11)}junk`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    children.push(child)
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    await isAsked
    child.kill('SIGTERM')
    expect(await ended).toBe(130)
    expect(stderr).toBe(
      'Target: env (flag --target), chain 14800.\n' +
        'ABORTED: Interrupted before the end.\n' +
        '  hint: Run the same command again to continue; finished work is kept.\n',
    )
    node.closeAllConnections()
    await new Promise((resolve) => node.close(resolve))
    await rm(folder, { recursive: true })
  })
})

describe('the signals of the process', () => {
  it('request a graceful end first, then an immediate one, and are restored', async () => {
    const { child, line, ended } = start()
    expect(await line()).toBe('ready')
    child.kill('SIGINT')
    expect(await line()).toBe('graceful')
    child.kill('SIGTERM')
    expect(await line()).toBe('forced')
    expect(await ended).toBe(0)
  })

  it('ask for a graceful end when the terminal is closed, and for no more when that is repeated', async () => {
    const { child, line, ended } = start()
    expect(await line()).toBe('ready')
    child.kill('SIGHUP')
    expect(await line()).toBe('graceful')
    child.kill('SIGHUP')
    child.kill('SIGTERM')
    expect(await line()).toBe('forced')
    expect(await ended).toBe(0)
  })

  it('end the process at the third, whatever it is doing', async () => {
    const { child, line, ended } = start('stubborn')
    expect(await line()).toBe('ready')
    for (const expected of ['graceful', 'forced']) {
      child.kill('SIGINT')
      expect(await line()).toBe(expected)
    }
    child.kill('SIGINT')
    expect(await ended).toBe(130)
  })
})

describe('an uncaught error', () => {
  it.each(['throwing', 'rejecting'])('lets the command clean up, and is reported: %s', async (how) => {
    const { line, ended } = start(how)
    expect(await line()).toBe('ready')
    expect(await line()).toBe('graceful')
    expect(await line()).toBe('cleaned up')
    expect(await line()).toBe('reported: unforeseen')
    expect(await ended).toBe(1)
  })
})
