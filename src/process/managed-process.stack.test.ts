import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { getPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { LoadTestError } from '../errors/load-test-error.ts'
import { giveWayNiceness } from './give-way.ts'
import { ManagedProcess, type ManagedProcessOptions } from './managed-process.ts'

const running = new Set<ManagedProcess<unknown>>()
afterEach(async () => {
  await Promise.all([...running].map((managed) => managed.stop()))
  running.clear()
})

/** Returns a Node child that runs a program given as text. Its first line `ready <word>` makes it ready. */
function node(program: string, options: Partial<ManagedProcessOptions<string>> = {}) {
  const managed = new ManagedProcess<string>({
    name: 'the program',
    command: process.execPath,
    args: ['-e', program],
    ready: { line: (line) => /^ready (\w+)$/.exec(line)?.[1] },
    ...options,
  })
  running.add(managed)
  return managed
}

const stayUp = 'setInterval(() => {}, 1000);'
const sayReady = `console.log('ready now');`
/** Ignores SIGTERM from before it is ready. */
const ignoreTerm = `process.on('SIGTERM', () => {});`

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function failure(start: Promise<unknown>): Promise<LoadTestError> {
  const error: unknown = await start.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof LoadTestError)) throw new Error(`expected a LoadTestError, got ${String(error)}`)
  return error
}

describe('starting', () => {
  it('waits for the ready line and returns its value', async () => {
    const managed = node(`console.log('warming up'); ${sayReady} ${stayUp}`)
    expect(managed.state).toBe('idle')
    const started = managed.start()
    expect(managed.state).toBe('starting')
    expect(await started).toBe('now')
    expect(managed.state).toBe('started')
    expect(managed.pid).toBeTypeOf('number')
  })

  it('waits for the ready message of a Node child', async () => {
    const managed = new ManagedProcess<number>({
      name: 'the program',
      command: process.execPath,
      args: ['-e', `process.send('hello'); process.send({ port: 7 }); ${stayUp}`],
      ready: {
        message: (message) =>
          typeof message === 'object' && message !== null && 'port' in message
            ? Number(message.port)
            : undefined,
      },
    })
    running.add(managed)
    expect(await managed.start()).toBe(7)
  })

  it('passes environment and arguments on', async () => {
    const program = `console.log('ready', process.env.WORD + process.argv[1]); ${stayUp}`
    const managed = node('', {
      args: ['-e', program, 'b'],
      env: { WORD: 'a' },
      ready: { line: (line) => line },
    })
    expect(await managed.start()).toBe('ready ab')
  })

  it('fails with the last output when the process ends first', async () => {
    const managed = node(`console.error('no luck today'); process.exit(3)`)
    const error = await failure(managed.start())
    expect(error.code).toBe('PROCESS_START_FAILED')
    expect(error.message).toContain('exit code 3')
    expect(error.message).toContain('no luck today')
    expect(managed.state).toBe('stopped')
  })

  it('fails when the executable does not exist', async () => {
    const managed = node('', { command: '/nonexistent/program' })
    expect((await failure(managed.start())).code).toBe('PROCESS_START_FAILED')
    expect(await managed.exited).toEqual({ code: null, signal: null, expected: false })
  })

  it('fails after the timeout and leaves no process', async () => {
    const managed = node(`console.log('still warming up'); ${stayUp}`, { startTimeoutMs: 300 })
    const started = managed.start()
    const pid = managed.pid ?? 0
    const error = await failure(started)
    expect(error.message).toContain('not ready after 0.3 s')
    expect(isAlive(pid)).toBe(false)
  })

  it("rejects with the signal's reason and leaves no process", async () => {
    const managed = node(stayUp)
    const controller = new AbortController()
    const started = managed.start(controller.signal)
    const pid = managed.pid ?? 0
    controller.abort(new Error('changed my mind'))
    await expect(started).rejects.toThrow('changed my mind')
    expect(isAlive(pid)).toBe(false)
  })

  it('does not start if its signal is already aborted', async () => {
    const managed = node(stayUp)
    await expect(managed.start(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
    expect(managed.pid).toBeUndefined()
  })

  it('fails with the error that the output handler throws', async () => {
    const managed = node(`console.log('nonsense'); ${stayUp}`, {
      ready: {
        line: () => {
          throw new Error('not what I expected')
        },
      },
    })
    await expect(managed.start()).rejects.toThrow('not what I expected')
    expect(managed.state).toBe('stopped')
  })

  it('works once', async () => {
    const managed = node(sayReady + stayUp)
    await managed.start()
    expect((await failure(managed.start())).code).toBe('INTERNAL')
  })
})

describe('stopping', () => {
  it('ends the process by SIGTERM', async () => {
    const managed = node(sayReady + stayUp)
    await managed.start()
    const stopped = managed.stop()
    expect(managed.state).toBe('stopping')
    expect(await stopped).toEqual({ code: null, signal: 'SIGTERM', expected: true })
    expect(managed.state).toBe('stopped')
    expect(managed.pid).toBeUndefined()
  })

  it('lets the process shut down gracefully', async () => {
    const managed = node(`process.on('SIGTERM', () => process.exit(7)); ${sayReady} ${stayUp}`)
    await managed.start()
    expect(await managed.stop()).toEqual({ code: 7, signal: null, expected: true })
  })

  it('kills a process that ignores SIGTERM', async () => {
    const managed = node(ignoreTerm + sayReady + stayUp, { stopTimeoutMs: 100 })
    await managed.start()
    expect(await managed.stop()).toEqual({ code: null, signal: 'SIGKILL', expected: true })
  })

  it('may be called repeatedly, and before the start', async () => {
    const managed = node(sayReady + stayUp)
    await managed.start()
    const [first, second] = await Promise.all([managed.stop(), managed.stop()])
    expect(second).toEqual(first)
    const idle = node(stayUp)
    expect(await idle.stop()).toEqual({ code: null, signal: null, expected: true })
    expect((await failure(idle.start())).code).toBe('INTERNAL')
  })

  it('fails a start in progress', async () => {
    const managed = node(stayUp)
    const started = managed.start()
    await managed.stop()
    expect((await failure(started)).code).toBe('PROCESS_START_FAILED')
  })
})

describe('an unexpected end', () => {
  it('is reported as unexpected, with the last output', async () => {
    const managed = node(
      `${sayReady} setTimeout(() => { console.error('out of luck'); process.exit(5) }, 50)`,
    )
    await managed.start()
    expect(await managed.exited).toEqual({ code: 5, signal: null, expected: false })
    expect(managed.state).toBe('stopped')
    expect(managed.lastOutput()).toBe('ready now\nout of luck')
  })

  it('does not wait for a grandchild that keeps the output open', async () => {
    const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3000)'], { stdio: 'inherit' })`
    const managed = node(`${grandchild}.unref(); ${sayReady}`)
    await managed.start()
    expect((await managed.exited).code).toBe(0)
  })

  it('keeps only the last lines of output', async () => {
    const managed = node(`for (let i = 0; i < 1000; i++) console.log(i); ${sayReady} ${stayUp}`, {
      keepLines: 2,
    })
    await managed.start()
    expect(managed.lastOutput()).toBe('999\nready now')
  })
})

it('kills a child whose parent was killed', async () => {
  const parentFile = fileURLToPath(new URL('./orphan-parent.fixture.ts', import.meta.url))
  const parent = spawn(process.execPath, ['--import', 'tsx', parentFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string]
  const childPid = Number(line)
  expect(isAlive(childPid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isAlive(childPid), { timeout: 10_000 }).toBe(false)
})

describe('lower priority', () => {
  it('applies to its threads from the start, if requested', async () => {
    const managed = node(`${sayReady} ${stayUp}`, { givesWay: true })
    await managed.start()
    expect(getPriority(managed.pid)).toBe(giveWayNiceness('process'))
  })
})
