import { type ChildProcess, spawn } from 'node:child_process'
import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { makeProcessGiveWay } from './give-way.ts'
import { guardAgainstOrphan } from './orphan-guard.ts'
import { createOutputTail } from './output-tail.ts'

/**
 * The states of a process:
 *
 * | from     | event                           | to       |
 * |----------|---------------------------------|----------|
 * | idle     | start                           | starting |
 * | idle     | stop                            | stopped  |
 * | starting | reports that it is ready        | started  |
 * | starting | start timeout, abort, stop      | stopping |
 * | starting | ends early, can't be run        | stopped  |
 * | started  | stop                            | stopping |
 * | started  | ends unexpectedly               | stopped  |
 * | stopping | ends (killed after a timeout)   | stopped  |
 */
export type ProcessState = 'idle' | 'starting' | 'started' | 'stopping' | 'stopped'

/** How a process ended. */
export type ProcessExit = {
  /** Exit code, unless a signal ended it. */
  code: number | null
  /** Signal, if one ended it. */
  signal: NodeJS.Signals | null
  /** Whether it was asked to stop. */
  expected: boolean
}

/** What to run, and how to recognise that it is ready. */
export type ManagedProcessOptions<Ready> = {
  /** Name in errors. */
  name: string
  /** The executable. */
  command: string
  /** Arguments. Never secrets, since other users of the machine can read them. @default none */
  args?: readonly string[]
  /** The complete environment. @default this process's own */
  env?: NodeJS.ProcessEnv
  /** Working directory. @default this process's own */
  cwd?: string
  /**
   * Checks each line of output, or each message of a Node child. The first result other than `undefined` means "ready". If it
   * throws, the start fails.
   */
  ready: { line(line: string): Ready | undefined } | { message(message: unknown): Ready | undefined }
  /** Whether a Node child gets an IPC channel for {@link ManagedProcess.send}. @default when `ready` looks at messages */
  channel?: boolean
  /** Whether it runs at lower priority. @default false */
  givesWay?: boolean
  /** Timeout of the start, in milliseconds. @default 10_000 */
  startTimeoutMs?: number
  /** Time to end after SIGTERM before it is killed, in milliseconds. @default 5_000 */
  stopTimeoutMs?: number
  /** Number of lines of output to keep. @default 50 */
  keepLines?: number
}

/** After a process has ended, how long a grandchild may keep its output open, in milliseconds. */
const outputGraceMs = 250

/**
 * A child process with a reliable life cycle: started once it is ready, always stopped, never left behind.
 *
 * It runs in its own process group, so Ctrl-C in a terminal reaches only this process, which then stops its children in
 * order. A guard kills it if this process dies first.
 *
 * @example
 * const server = new ManagedProcess({ name: 'server', command: 'node', args: ['server.js'],
 *   ready: { line: (line) => /listening on (\d+)/.exec(line)?.[1] } })
 * const port = await server.start(signal)
 * await server.stop()
 */
export class ManagedProcess<Ready> {
  /** Resolves when the process has ended, for any reason. Never rejects. */
  readonly exited: Promise<ProcessExit>
  #state: ProcessState = 'idle'
  #child: ChildProcess | undefined
  #stopRequested = false
  readonly #options: ManagedProcessOptions<Ready>
  readonly #output
  #onLine: (line: string) => void = () => undefined
  #onMessage: (message: unknown) => void = () => undefined
  #resolveExited: (exit: ProcessExit) => void = () => undefined
  #rejectSpawn: (cause: unknown) => void = () => undefined

  constructor(options: ManagedProcessOptions<Ready>) {
    this.#options = options
    this.#output = createOutputTail(options.keepLines ?? 50, (line) => this.#onLine(line))
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve
    })
  }

  get state(): ProcessState {
    return this.#state
  }

  /** Process id, while the process exists. */
  get pid(): number | undefined {
    return this.#state === 'stopped' ? undefined : this.#child?.pid
  }

  /** Sends a message over the IPC channel. Drops it if the process can no longer receive it. */
  send(message: string): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined)
  }

  /** Returns the last lines of standard output and standard error, in order of arrival. */
  lastOutput(): string {
    return this.#output.lines().join('\n')
  }

  /**
   * Starts the process and waits until it is ready. If it never is, it has ended by the time this rejects.
   *
   * @returns the result of `ready`
   * @throws LoadTestError PROCESS_START_FAILED, with the last output; the signal's reason if aborted
   */
  async start(signal?: AbortSignal): Promise<Ready> {
    if (this.#state !== 'idle') {
      throw new LoadTestError('INTERNAL', `${this.#options.name} can't be started: it is ${this.#state}.`)
    }
    signal?.throwIfAborted()
    this.#state = 'starting'
    const { startTimeoutMs = 10_000 } = this.#options
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(this.#startError(`was not ready after ${startTimeoutMs / 1000} s`)),
        startTimeoutMs,
      )
    })
    try {
      const ready = await raceAbort(Promise.race([this.#spawnUntilReady(), tooLate]), signal)
      // `stop` may have been called in the meantime.
      if (this.state !== 'starting') throw this.#startError('was stopped while it started')
      this.#state = 'started'
      return ready
    } catch (error) {
      await this.stop()
      throw error
    } finally {
      clearTimeout(timer)
      this.#onLine = () => undefined
      this.#onMessage = () => undefined
    }
  }

  /**
   * Stops the process with SIGTERM, then SIGKILL if it takes too long. May be called repeatedly and in any state.
   *
   * @param options.now kills it at once
   * @returns how it ended
   */
  async stop(options: { now?: boolean } = {}): Promise<ProcessExit> {
    if (this.#state === 'idle') {
      this.#state = 'stopped'
      this.#resolveExited({ code: null, signal: null, expected: true })
    }
    if (this.#state === 'stopped' || this.#state === 'stopping') return this.exited

    this.#state = 'stopping'
    this.#stopRequested = true
    this.#child?.kill(options.now ? 'SIGKILL' : 'SIGTERM')
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), this.#options.stopTimeoutMs ?? 5_000)
    try {
      return await this.exited
    } finally {
      clearTimeout(timer)
    }
  }

  #spawnUntilReady(): Promise<Ready> {
    const { ready } = this.#options
    const isReady = new Promise<Ready>((resolve, reject) => {
      this.#rejectSpawn = (cause) => reject(this.#startError(`can't be run (${String(cause)})`, cause))
      const take = (answer: () => Ready | undefined): void => {
        try {
          const value = answer()
          if (value !== undefined) resolve(value)
        } catch (error) {
          reject(error)
        }
      }
      if ('line' in ready) this.#onLine = (line) => take(() => ready.line(line))
      else this.#onMessage = (message) => take(() => ready.message(message))
      void this.exited.then(({ code, signal }) =>
        reject(this.#startError(`ended (${signal ?? `exit code ${code}`}) before it was ready`)),
      )
    })
    this.#spawn(this.#options.channel ?? 'message' in ready)
    return isReady
  }

  #spawn(withMessages: boolean): void {
    const { command, args = [], env = process.env, cwd, givesWay = false } = this.#options
    const child = spawn(command, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      stdio: withMessages ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    this.#child = child
    // Immediately, since its threads inherit the priority.
    if (child.pid !== undefined && givesWay) makeProcessGiveWay(child.pid)
    const release = child.pid === undefined ? () => undefined : guardAgainstOrphan(child.pid)

    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8')
      stream?.on('data', (text: string) => this.#output.write(text))
    }
    child.on('message', (message) => this.#onMessage(message))
    child.on('error', (cause) => {
      // Also raised if a signal cannot be delivered. Only a process that never started has ended with it.
      if (child.pid !== undefined) return
      this.#rejectSpawn(cause)
      this.#ended(null, null)
    })
    child.on('exit', (code, signal) => {
      release()
      const timer = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
      }, outputGraceMs)
      child.on('close', () => {
        clearTimeout(timer)
        this.#ended(code, signal)
      })
    })
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#state = 'stopped'
    this.#resolveExited({ code, signal, expected: this.#stopRequested })
  }

  #startError(what: string, cause?: unknown): LoadTestError {
    const output = this.lastOutput()
    return new LoadTestError(
      'PROCESS_START_FAILED',
      `${this.#options.name} ${what}.${output === '' ? '' : ` Its last output:\n${output}`}`,
      { cause },
    )
  }
}
