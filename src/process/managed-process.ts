import { type ChildProcess, spawn } from 'node:child_process'
import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { makeProcessGiveWay } from './give-way.ts'
import { guardAgainstOrphan } from './orphan-guard.ts'
import { createOutputTail } from './output-tail.ts'

/**
 * The life of a process, once through:
 *
 * | from     | event                           | to       |
 * |----------|---------------------------------|----------|
 * | idle     | start                           | starting |
 * | idle     | stop                            | stopped  |
 * | starting | says that it is ready           | started  |
 * | starting | start time-out, abort, stop     | stopping |
 * | starting | ends by itself, can't be run    | stopped  |
 * | started  | stop                            | stopping |
 * | started  | ends by itself                  | stopped  |
 * | stopping | ends (killed after a time)      | stopped  |
 */
export type ProcessState = 'idle' | 'starting' | 'started' | 'stopping' | 'stopped'

/** How a process ended. */
export type ProcessExit = {
  /** Exit code, if it ended by itself. */
  code: number | null
  /** Signal, if one ended it. */
  signal: NodeJS.Signals | null
  /** Whether it was asked to stop. */
  expected: boolean
}

/** What to run, and how it says that it is ready. */
export type ManagedProcessOptions<Ready> = {
  /** What people call it, in errors. */
  name: string
  /** The executable. */
  command: string
  /** Arguments; never a secret, other users of the machine can read them. @default none */
  args?: readonly string[]
  /** The whole environment. @default this process's own */
  env?: NodeJS.ProcessEnv
  /** Working directory. @default this process's own */
  cwd?: string
  /**
   * Looks at each line of output, or at each message of a Node child; the first answer but undefined is "ready", and
   * what it throws makes the start fail.
   */
  ready: { line(line: string): Ready | undefined } | { message(message: unknown): Ready | undefined }
  /** Whether a Node child gets an IPC channel for {@link ManagedProcess.send}. @default when `ready` looks at messages */
  channel?: boolean
  /** Whether others go first when the cores are taken. @default false */
  givesWay?: boolean
  /** How long it may take to be ready, in milliseconds. @default 10_000 */
  startTimeoutMs?: number
  /** How long it may take to end after SIGTERM before it is killed, in milliseconds. @default 5_000 */
  stopTimeoutMs?: number
  /** How many of the last lines of output are remembered. @default 50 */
  keepLines?: number
}

/** After a process has ended, how long a grandchild may keep its output open, in milliseconds. */
const outputGraceMs = 250

/**
 * A child process with a beginning and an end: started when it says so, stopped for sure, never left behind.
 *
 * It runs in its own process group, so that Ctrl-C in a terminal reaches this process alone, which then stops its
 * children in order; a guard kills it should this process die first.
 *
 * @example
 * const server = new ManagedProcess({ name: 'server', command: 'node', args: ['server.js'],
 *   ready: { line: (line) => /listening on (\d+)/.exec(line)?.[1] } })
 * const port = await server.start(signal)
 * await server.stop()
 */
export class ManagedProcess<Ready> {
  /** Settles when the process has ended, for whatever reason; never rejects. */
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

  /** The process id, while there is a process. */
  get pid(): number | undefined {
    return this.#state === 'stopped' ? undefined : this.#child?.pid
  }

  /** Sends a message over the IPC channel; one that the process can no longer receive is dropped. */
  send(message: string): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined)
  }

  /** The last lines that the process wrote to standard output and standard error, in order of arrival. */
  lastOutput(): string {
    return this.#output.lines().join('\n')
  }

  /**
   * Starts the process and waits until it says that it is ready. A process that doesn't get there has ended when this
   * rejects.
   *
   * @returns what the process said
   * @throws LoadTestError PROCESS_START_FAILED, with the last output; the signal's reason when aborted
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
   * Ends the process: SIGTERM, then SIGKILL when it takes too long. May be called in any state and any number of times.
   *
   * @param options.now kills it at once
   * @returns how it ended, when it has
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
    // At once: the threads that it makes get what it has.
    if (child.pid !== undefined && givesWay) makeProcessGiveWay(child.pid)
    const release = child.pid === undefined ? () => undefined : guardAgainstOrphan(child.pid)

    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8')
      stream?.on('data', (text: string) => this.#output.write(text))
    }
    child.on('message', (message) => this.#onMessage(message))
    child.on('error', (cause) => {
      // Also raised when a signal can't be delivered; only a process that never was has ended by it.
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
