/** Standard output or standard error, guarded. */
export type GuardedOutput = {
  /** The first error of the stream; `null` while it can be written to. */
  failure(): NodeJS.ErrnoException | null
  /** Resolves when everything written so far has been accepted or has failed. */
  flushed(): Promise<void>
  /** Writes a text as it is, secrets included. */
  writeUnredacted(text: string): void
}

/**
 * Guards standard output or standard error, for this program and every library in it: an error of the stream (a full disk,
 * a terminal that was closed, a reader that left) is reported once and never thrown, and later writes are dropped. Whatever is
 * written is redacted first.
 *
 * @param redact takes the secrets out of a text
 * @param onFailure called with the first error of the stream
 * @example const stdout = guardOutput(process.stdout, processRedactor.text, () => interrupt.abort())
 */
export function guardOutput(
  stream: NodeJS.WriteStream,
  redact: (text: string) => string,
  onFailure: (error: NodeJS.ErrnoException) => void,
): GuardedOutput {
  let failure: NodeJS.ErrnoException | null = null
  const fail = (error: NodeJS.ErrnoException): void => {
    if (failure !== null) return
    failure = error
    onFailure(error)
  }
  stream.on('error', fail)

  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
  const writeGuarded = (...args: unknown[]): boolean => {
    if (failure === null) {
      try {
        return write(...args)
      } catch (error) {
        // Files and terminals are written at once, and may throw.
        fail(error as NodeJS.ErrnoException)
      }
    }
    const callback = args.at(-1)
    if (typeof callback === 'function') queueMicrotask(() => callback())
    return true
  }
  stream.write = ((content: string | Uint8Array, ...rest: unknown[]): boolean =>
    writeGuarded(
      redact(typeof content === 'string' ? content : Buffer.from(content).toString()),
      ...rest,
    )) as typeof stream.write

  return {
    failure: () => failure,
    writeUnredacted: (text) => void writeGuarded(text),
    flushed: () =>
      new Promise((resolve) => {
        stream.once('error', () => resolve())
        stream.write('', () => setImmediate(resolve))
      }),
  }
}
