import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('wait-for-signals.ts', import.meta.url))
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

describe('the signals of the process', () => {
  it('ask for a graceful end first, then for one at once, and are given back', async () => {
    const { child, line, ended } = start()
    expect(await line()).toBe('ready')
    child.kill('SIGINT')
    expect(await line()).toBe('graceful')
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
